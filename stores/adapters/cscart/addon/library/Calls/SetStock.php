<?php
declare(strict_types=1);

namespace XeroConnector\Calls;

use XeroConnector\CsCart;
use XeroConnector\Database\Query;
use XeroConnector\Reading\Stock;

/**
 * Puts the number on hand of products, which are named by id or by code, and of combinations by their code.
 *
 * Left as they are: one whose combinations are counted, one that is not counted at all, and several that share a code.
 */
final class SetStock implements Call
{
    private const AT_ONCE = 100;
    private const MOST = 8388607;

    private const SET = 'UPDATE {products} SET amount = :quantity WHERE product_id = :id';
    private const SET_COMBINATION = 'UPDATE {product_options_inventory} SET amount = :quantity
        WHERE combination_hash = :hash';

    /** @var Query */
    private $query;

    /** @var Stock */
    private $stock;

    /** @var CsCart */
    private $shop;

    public function __construct(Query $query, Stock $stock, CsCart $shop)
    {
        $this->query = $query;
        $this->stock = $stock;
        $this->shop = $shop;
    }

    public function answer(Parameters $parameters): array
    {
        $items = array_map([self::class, 'item'], $parameters->list('items', self::AT_ONCE));
        $parameters->nothingElse();
        $done = $this->query->together(function () use ($items): array {
            $found = $this->found($items);
            return array_map(function (array $item) use ($found): array {
                return $this->set($item, $found[$item['by']][$item['name']] ?? []);
            }, $items);
        });
        $this->shop->forgetProducts();
        return ['items' => $done];
    }

    /** @return array{by: string, name: int|string, quantity: int} by: "product_id" or "sku" */
    private static function item(Parameters $parameters): array
    {
        $hasCode = $parameters->has('sku');
        $item = [
            'by' => $hasCode ? 'sku' : 'product_id',
            'name' => $hasCode
                ? trim($parameters->text('sku', ListStock::LONGEST_CODE))
                : $parameters->id('product_id'),
            'quantity' => $parameters->number('quantity', -self::MOST, self::MOST),
        ];
        $parameters->nothingElse();
        return $item;
    }

    /** @return array<string, array<int|string, array<int, array<string, mixed>>>> what each name may mean */
    private function found(array $items): array
    {
        $names = ['product_id' => [], 'sku' => []];
        foreach ($items as $item) {
            $names[$item['by']][] = $item['name'];
        }
        $found = ['product_id' => [], 'sku' => []];
        foreach ($this->stock->these($names['product_id']) as $row) {
            $found['product_id'][$row['product_id']][] = $row;
        }
        foreach ($this->stock->coded($names['sku']) as $row) {
            $found['sku'][Stock::codeOf($row)][] = $row;
        }
        return $found;
    }

    /** @param array<int, array<string, mixed>> $rows those that the item may mean */
    private function set(array $item, array $rows): array
    {
        $answer = [$item['by'] => $item['name']];
        $code = count($rows) === 1 ? self::reason($rows[0]) : ($rows === [] ? 'not_found' : 'ambiguous');
        if ($code !== '') {
            return $answer + ['done' => false, 'code' => $code];
        }
        if (isset($rows[0]['combination_hash'])) {
            $values = ['quantity' => $item['quantity'], 'hash' => (string) $rows[0]['combination_hash']];
            $this->query->run(self::SET_COMBINATION, $values);
        } else {
            $values = ['quantity' => $item['quantity'], 'id' => (int) $rows[0]['product_id']];
            $this->query->run(self::SET, $values);
        }
        return $answer + ['done' => true];
    }

    /** @return string why its number is not put, or "" */
    private static function reason(array $row): string
    {
        $reasons = [Stock::BY_OPTIONS => 'has_options', Stock::UNCOUNTED => 'not_counted'];
        return isset($row['combination_hash']) ? '' : ($reasons[$row['tracking'] ?? ''] ?? '');
    }
}
