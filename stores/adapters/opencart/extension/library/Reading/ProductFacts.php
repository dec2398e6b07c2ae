<?php
declare(strict_types=1);

namespace XeroConnector\Reading;

use XeroConnector\Database\Query;
use XeroConnector\Database\Schema;

/** What the shop knows of products beside their own row: codes, tax class, categories, accounts. */
final class ProductFacts
{
    private const CODES = 'SELECT product_id, sku, upc, ean, tax_class_id FROM {product} WHERE product_id IN (:ids)';
    private const CLASSES = 'SELECT product_id, tax_class_id FROM {product} WHERE product_id IN (:ids)';
    private const CODE_ROWS = 'SELECT product_id, code, value FROM {product_code} WHERE product_id IN (:ids)
        ORDER BY product_code_id';
    private const ACCOUNTS = 'SELECT product_id, sales_account, purchase_account
        FROM {xero_connector_product_account} WHERE product_id IN (:ids)';
    private const CATEGORIES = 'SELECT c.product_id, c.category_id, d.name
        FROM {product_to_category} c
        JOIN {category_path} p ON p.category_id = c.category_id
        JOIN {category_description} d ON d.category_id = p.path_id AND d.language_id = :language
        WHERE c.product_id IN (:ids) ORDER BY c.product_id, c.category_id, p.level';

    /** @var Query */
    private $query;

    /** @var Schema */
    private $schema;

    /** @var Languages */
    private $languages;

    public function __construct(Query $query, Schema $schema, Languages $languages)
    {
        $this->query = $query;
        $this->schema = $schema;
        $this->languages = $languages;
    }

    /**
     * @param array<int, int> $ids
     * @return array<int, array<string, string|null>> sku, upc, ean, tax_class_id by product; none for a deleted one
     */
    public function codes(array $ids): array
    {
        if (!$this->schema->has('product_code')) {
            return Rows::each('product_id', Text::rows($this->query->rows(self::CODES, ['ids' => $ids])));
        }
        $facts = [];
        foreach ($this->query->rows(self::CLASSES, ['ids' => $ids]) as $row) {
            $empty = ['sku' => '', 'upc' => '', 'ean' => ''];
            $facts[$row['product_id']] = $empty + ['tax_class_id' => $row['tax_class_id']];
        }
        foreach (Text::rows($this->query->rows(self::CODE_ROWS, ['ids' => $ids])) as $row) {
            $name = strtolower((string) $row['code']);
            if (($facts[$row['product_id']][$name] ?? null) === '') {
                $facts[$row['product_id']][$name] = $row['value'];
            }
        }
        return $facts;
    }

    /**
     * @param array<int, int> $ids
     * @return array<int, array<string, string>> sales_account and purchase_account by product
     */
    public function accounts(array $ids): array
    {
        $none = array_fill_keys($ids, ['sales_account' => '', 'purchase_account' => '']);
        return Rows::each('product_id', $this->query->rows(self::ACCOUNTS, ['ids' => $ids])) + $none;
    }

    /**
     * @param array<int, int> $ids
     * @return array<int, array<int, string>> full names by product: "Parent > Child"
     */
    public function categories(array $ids): array
    {
        $parts = [];
        $values = ['ids' => $ids, 'language' => $this->languages->catalog()];
        foreach ($this->query->rows(self::CATEGORIES, $values) as $row) {
            $parts[$row['product_id']][$row['category_id']][] = Text::plain((string) $row['name']);
        }
        return array_map(static function (array $categories): array {
            return array_map(static function (array $names): string {
                return implode(' > ', $names);
            }, array_values($categories));
        }, $parts);
    }
}
