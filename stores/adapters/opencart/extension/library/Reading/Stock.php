<?php
declare(strict_types=1);

namespace XeroConnector\Reading;

use XeroConnector\Database\Query;
use XeroConnector\Database\Schema;

/**
 * What is on hand of products. One whose options count their own stock says so: its own number means little.
 *
 * A product's SKU is its `sku`, or its model where that is empty, without blanks at both ends, and upper case is not
 * lower case.
 */
final class Stock
{
    private const FACTS = 'SELECT p.product_id, p.model, p.quantity, p.subtract, EXISTS (
          SELECT 1 FROM {product_option_value} v WHERE v.product_id = p.product_id AND v.subtract = 1
        ) AS has_options FROM {product} p';
    private const BEYOND = self::FACTS . ' WHERE p.product_id > :id ORDER BY p.product_id LIMIT :limit';
    private const THESE = self::FACTS . ' WHERE p.product_id IN (:ids) ORDER BY p.product_id';
    private const OF_SKUS = self::FACTS . " WHERE BINARY TRIM(COALESCE(NULLIF(TRIM(p.sku), ''), p.model)) IN (:skus)
        ORDER BY p.product_id LIMIT 1000";
    private const OF_CODES = self::FACTS . " WHERE BINARY TRIM(COALESCE(NULLIF(TRIM((
          SELECT c.value FROM {product_code} c WHERE c.product_id = p.product_id AND c.code = 'SKU'
          ORDER BY c.product_code_id LIMIT 1)), ''), p.model)) IN (:skus)
        ORDER BY p.product_id LIMIT 1000";

    /** @var Query */
    private $query;

    /** @var Schema */
    private $schema;

    /** @var ProductFacts */
    private $facts;

    public function __construct(Query $query, Schema $schema, ProductFacts $facts)
    {
        $this->query = $query;
        $this->schema = $schema;
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

    /**
     * @param array<int, string> $skus
     * @return array<int, array<string, mixed>> all products that have one of them
     */
    public function ofSkus(array $skus): array
    {
        $values = ['skus' => array_map('trim', $skus)];
        return $this->told($this->schema->has('product_code')
            ? $this->query->rows(self::OF_CODES, $values)
            : $this->query->rows(self::OF_SKUS, $values));
    }

    /** @param array<string, mixed> $row as told here */
    public static function skuOf(array $row): string
    {
        return trim($row['sku']) !== '' ? trim($row['sku']) : trim($row['model']);
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
