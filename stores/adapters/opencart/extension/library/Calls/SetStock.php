<?php
declare(strict_types=1);

namespace XeroConnector\Calls;

use XeroConnector\Database\Query;
use XeroConnector\Platform;
use XeroConnector\Reading\Stock;

/**
 * Puts the number on hand of products, which are named by id or by SKU.
 *
 * Left as they are: one whose options count their own stock, and several that share a SKU.
 */
final class SetStock implements Call
{
    private const MOST = 999999999;
    private const SET = 'UPDATE {product} SET quantity = :quantity WHERE product_id = :id';

    /** @var Query */
    private $query;

    /** @var Stock */
    private $stock;

    /** @var Platform */
    private $platform;

    public function __construct(Query $query, Stock $stock, Platform $platform)
    {
        $this->query = $query;
        $this->stock = $stock;
        $this->platform = $platform;
    }

    public function answer(Parameters $parameters): array
    {
        $items = array_map([self::class, 'item'], $parameters->list('items', Records::MOST));
        $parameters->nothingElse();
        $done = $this->query->together(function () use ($items): array {
            $found = $this->found($items);
            return array_map(function (array $item) use ($found): array {
                return $this->set($item, $found[$item['by']][$item['name']] ?? []);
            }, $items);
        });
        $this->platform->forgetProducts();
        return ['items' => $done];
    }

    /** @return array{by: string, name: int|string, quantity: int} by: "product_id" or "sku" */
    private static function item(Parameters $parameters): array
    {
        $hasSku = $parameters->has('sku');
        $item = [
            'by' => $hasSku ? 'sku' : 'product_id',
            'name' => $hasSku
                ? trim($parameters->text('sku', ListStock::LONGEST_SKU))
                : $parameters->id('product_id'),
            'quantity' => $parameters->number('quantity', -self::MOST, self::MOST),
        ];
        $parameters->nothingElse();
        return $item;
    }

    /** @return array<string, array<int|string, array<int, array<string, mixed>>>> products by how they are named */
    private function found(array $items): array
    {
        $names = ['product_id' => [], 'sku' => []];
        foreach ($items as $item) {
            $names[$item['by']][] = $item['name'];
        }
        $found = ['product_id' => [], 'sku' => []];
        foreach ($this->stock->these($names['product_id']) as $product) {
            $found['product_id'][$product['product_id']][] = $product;
        }
        foreach ($this->stock->ofSkus($names['sku']) as $product) {
            $found['sku'][Stock::skuOf($product)][] = $product;
        }
        return $found;
    }

    /** @param array<int, array<string, mixed>> $products those that the item may mean */
    private function set(array $item, array $products): array
    {
        $code = '';
        if (count($products) !== 1) {
            $code = $products === [] ? 'not_found' : 'ambiguous';
        } elseif ($products[0]['has_options']) {
            $code = 'has_options';
        } else {
            $id = (int) $products[0]['product_id'];
            $this->query->run(self::SET, ['quantity' => $item['quantity'], 'id' => $id]);
        }
        $answer = [$item['by'] => $item['name'], 'done' => $code === ''];
        return $code === '' ? $answer : $answer + ['code' => $code];
    }
}
