<?php
declare(strict_types=1);

namespace XeroConnector\Reading;

use XeroConnector\Database\Query;
use XeroConnector\Database\Schema;

/** What there is of each product; of one whose combinations of options are counted, of each combination with a code. */
final class Stock
{
    /** How the stock of a product is counted: by the combinations of its options, or not at all. */
    public const BY_OPTIONS = 'O';
    public const UNCOUNTED = 'D';

    private const LIST = 'SELECT product_id, product_code, amount, tracking, updated_timestamp FROM {products}
        WHERE product_id > :after ORDER BY product_id LIMIT :limit';
    private const THESE = 'SELECT product_id, product_code, amount, tracking, updated_timestamp FROM {products}
        WHERE product_id IN (:ids) ORDER BY product_id';
    private const CODED = 'SELECT product_id, product_code, amount, tracking, updated_timestamp FROM {products}
        WHERE TRIM(product_code) IN (:codes) ORDER BY product_id';
    private const COMBINATIONS = "SELECT product_id, product_code, amount, combination_hash
        FROM {product_options_inventory} WHERE product_id IN (:ids) AND product_code <> '' ORDER BY combination_hash";
    private const CODED_COMBINATIONS = 'SELECT product_id, product_code, amount, combination_hash
        FROM {product_options_inventory} WHERE TRIM(product_code) IN (:codes) ORDER BY combination_hash';

    /** @var Query */
    private $query;

    /** @var Schema */
    private $schema;

    public function __construct(Query $query, Schema $schema)
    {
        $this->query = $query;
        $this->schema = $schema;
    }

    /** @return array{stock: array<int, array<string, mixed>>, more: bool, last: int} last: of the products */
    public function page(int $after, int $limit): array
    {
        $rows = $this->query->rows(self::LIST, ['after' => $after, 'limit' => $limit + 1]);
        $page = array_slice($rows, 0, $limit);
        $last = end($page);
        return [
            'stock' => $this->withCombinations($page),
            'more' => count($rows) > $limit,
            'last' => $last === false ? $after : (int) $last['product_id'],
        ];
    }

    /**
     * @param array<int, int> $ids
     * @return array<int, array<string, mixed>> the products themselves
     */
    public function these(array $ids): array
    {
        return $ids === [] ? [] : $this->query->rows(self::THESE, ['ids' => $ids]);
    }

    /**
     * @param array<int, string> $codes
     * @return array<int, array<string, mixed>> products and combinations with exactly one of these codes
     */
    public function coded(array $codes): array
    {
        if ($codes === []) {
            return [];
        }
        $rows = $this->query->rows(self::CODED, ['codes' => $codes]);
        if ($this->schema->has('product_options_inventory')) {
            $rows = array_merge($rows, $this->query->rows(self::CODED_COMBINATIONS, ['codes' => $codes]));
        }
        return array_values(array_filter($rows, static function (array $row) use ($codes): bool {
            return in_array(self::codeOf($row), $codes, true);
        }));
    }

    public static function codeOf(array $row): string
    {
        return trim((string) $row['product_code']);
    }

    private function withCombinations(array $products): array
    {
        $counted = array_filter($products, static function (array $row): bool {
            return $row['tracking'] === self::BY_OPTIONS;
        });
        if ($counted === [] || !$this->schema->has('product_options_inventory')) {
            return $products;
        }
        $ids = Rows::ids('product_id', $counted);
        $combinations = Rows::by('product_id', $this->query->rows(self::COMBINATIONS, ['ids' => $ids]));
        $stock = [];
        foreach ($products as $product) {
            $mine = $combinations[(int) $product['product_id']] ?? [];
            $stock = array_merge($stock, $product['tracking'] === self::BY_OPTIONS ? $mine : [$product]);
        }
        return $stock;
    }
}
