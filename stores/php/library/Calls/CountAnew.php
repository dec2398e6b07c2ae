<?php
declare(strict_types=1);

namespace XeroConnector\Calls;

use XeroConnector\Database\Query;

/**
 * Puts the number on hand of products, which are named by id or by SKU. Those that a name does not tell apart are left
 * as they are, and so is what the shop's own way of counting forbids.
 */
abstract class CountAnew implements Call
{
    protected const MOST = 999999999;
    protected const LONGEST_SKU = 255;

    /** @var Query */
    protected $query;

    public function __construct(Query $query)
    {
        $this->query = $query;
    }

    public function answer(Parameters $parameters): array
    {
        $items = array_map([static::class, 'item'], $parameters->list('items', Records::MOST));
        $parameters->nothingElse();
        $done = $this->query->together(function () use ($items): array {
            $found = $this->found($items);
            return array_map(function (array $item) use ($found): array {
                return $this->set($item, $found[$item['by']][$item['name']] ?? []);
            }, $items);
        });
        $this->forget();
        return ['items' => $done];
    }

    /**
     * @param array<int, int> $ids
     * @return array<int, array<string, mixed>> rows of stock, each with its product_id
     */
    abstract protected function these(array $ids): array;

    /**
     * @param array<int, string> $skus
     * @return array<int, array<string, mixed>> rows of all that has one of them
     */
    abstract protected function named(array $skus): array;

    /** The SKU by which such a row was found. */
    abstract protected function skuOf(array $row): string;

    /** Why the number of a row is not put, or "". */
    abstract protected function reason(array $row): string;

    abstract protected function put(array $row, int $quantity): void;

    /** Drops what the shop has cached of its products. */
    abstract protected function forget(): void;

    /** @return array{by: string, name: int|string, quantity: int} by: "product_id" or "sku" */
    protected static function item(Parameters $parameters): array
    {
        $hasSku = $parameters->has('sku');
        $item = [
            'by' => $hasSku ? 'sku' : 'product_id',
            'name' => $hasSku
                ? trim($parameters->text('sku', static::LONGEST_SKU))
                : $parameters->id('product_id'),
            'quantity' => $parameters->number('quantity', -static::MOST, static::MOST),
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
        foreach ($this->these($names['product_id']) as $row) {
            $found['product_id'][$row['product_id']][] = $row;
        }
        foreach ($this->named($names['sku']) as $row) {
            $found['sku'][$this->skuOf($row)][] = $row;
        }
        return $found;
    }

    /** @param array<int, array<string, mixed>> $rows those that the item may mean */
    private function set(array $item, array $rows): array
    {
        $code = count($rows) === 1 ? $this->reason($rows[0]) : ($rows === [] ? 'not_found' : 'ambiguous');
        if ($code === '') {
            $this->put($rows[0], $item['quantity']);
        }
        $answer = [$item['by'] => $item['name'], 'done' => $code === ''];
        return $code === '' ? $answer : $answer + ['code' => $code];
    }
}
