<?php
declare(strict_types=1);

namespace XeroConnector\Reading;

use XeroConnector\CsCart;
use XeroConnector\Database\Query;

/** Whole products, as rows of CS-Cart's REST API give them. */
final class Products
{
    private const READ = 'SELECT p.*, d.product, d.short_description, d.full_description FROM {products} p
        LEFT JOIN {product_descriptions} d ON d.product_id = p.product_id AND d.lang_code = :language
        WHERE p.product_id IN (:ids)';
    private const PRICES = 'SELECT product_id, MIN(price) AS price FROM {product_prices}
        WHERE lower_limit <= 1 AND usergroup_id = 0 AND product_id IN (:ids) GROUP BY product_id';
    private const CATEGORIES = 'SELECT product_id, category_id, link_type FROM {products_categories}
        WHERE product_id IN (:ids) ORDER BY product_id, link_type DESC, category_id';

    /** @var Query */
    private $query;

    /** @var CsCart */
    private $shop;

    public function __construct(Query $query, CsCart $shop)
    {
        $this->query = $query;
        $this->shop = $shop;
    }

    /**
     * @param array<int, int> $ids
     * @return array<int, array<string, mixed>> by id
     */
    public function read(array $ids): array
    {
        if ($ids === []) {
            return [];
        }
        $prices = array_column($this->query->rows(self::PRICES, ['ids' => $ids]), 'price', 'product_id');
        $categories = Rows::by('product_id', $this->query->rows(self::CATEGORIES, ['ids' => $ids]));
        $products = [];
        foreach ($this->query->rows(self::READ, ['ids' => $ids, 'language' => $this->shop->language()]) as $row) {
            $id = (int) $row['product_id'];
            $mine = $categories[$id] ?? [];
            $products[$id] = [
                'price' => $prices[$id] ?? '0.00',
                'category_ids' => Rows::ids('category_id', $mine),
                'main_category' => (int) (array_column($mine, 'category_id', 'link_type')['M'] ?? 0),
                'tax_ids' => array_values(array_filter(explode(',', (string) ($row['tax_ids'] ?? '')))),
                'short_description' => self::plain($row['short_description']),
                'full_description' => self::plain($row['full_description']),
            ] + $row;
        }
        return $products;
    }

    private static function plain(?string $html): string
    {
        $text = html_entity_decode(strip_tags((string) $html), ENT_QUOTES | ENT_HTML5, 'UTF-8');
        return trim((string) preg_replace('/\s+/u', ' ', $text));
    }
}
