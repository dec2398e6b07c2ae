<?php
declare(strict_types=1);

namespace XeroConnector\Reading;

use XeroConnector\Database\Query;

/** What is on hand of products. One whose options count their own stock says so: its own number means little. */
final class Stock
{
    private const OWN_STOCK = 'SELECT 1 FROM {product_option_value} v
        WHERE v.product_id = p.product_id AND v.subtract = 1';
    private const BEYOND = 'SELECT p.product_id, p.model, p.quantity, p.subtract,
          EXISTS (' . self::OWN_STOCK . ') AS has_options
        FROM {product} p WHERE p.product_id > :id ORDER BY p.product_id LIMIT :limit';
    private const THESE = 'SELECT p.product_id, p.model, p.quantity, p.subtract,
          EXISTS (' . self::OWN_STOCK . ') AS has_options
        FROM {product} p WHERE p.product_id IN (:ids) ORDER BY p.product_id';

    /** @var Query */
    private $query;

    /** @var ProductFacts */
    private $facts;

    public function __construct(Query $query, ProductFacts $facts)
    {
        $this->query = $query;
        $this->facts = $facts;
    }

    /** @return array{stock: array, more: bool} a page of those with a greater id, by id */
    public function beyond(int $id, int $limit): array
    {
        $rows = $this->query->rows(self::BEYOND, ['id' => $id, 'limit' => $limit + 1]);
        return ['stock' => $this->told(array_slice($rows, 0, $limit)), 'more' => count($rows) > $limit];
    }

    /**
     * @param array<int, int> $ids
     * @return array<int, array<string, mixed>>
     */
    public function these(array $ids): array
    {
        return $this->told($this->query->rows(self::THESE, ['ids' => $ids]));
    }

    private function told(array $rows): array
    {
        $codes = $this->facts->codes(Rows::ids('product_id', $rows));
        return array_map(static function (array $row) use ($codes): array {
            return array_merge(Text::row($row), [
                'sku' => $codes[$row['product_id']]['sku'] ?? '',
                'has_options' => $row['has_options'] === '1',
            ]);
        }, $rows);
    }
}
