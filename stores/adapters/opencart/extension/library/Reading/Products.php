<?php
declare(strict_types=1);

namespace XeroConnector\Reading;

use XeroConnector\Database\Query;

/** Whole products: their row, name and description, options with stock, categories, accounts. */
final class Products
{
    private const HEADS = 'SELECT p.*, d.name, d.description FROM {product} p
        LEFT JOIN {product_description} d ON d.product_id = p.product_id AND d.language_id = :language
        WHERE p.product_id IN (:ids)';
    private const OPTIONS = 'SELECT v.product_id, od.name, vd.name AS value, v.quantity, v.subtract, v.price,
          v.price_prefix
        FROM {product_option_value} v
        LEFT JOIN {option_description} od ON od.option_id = v.option_id AND od.language_id = :language
        LEFT JOIN {option_value_description} vd
          ON vd.option_value_id = v.option_value_id AND vd.language_id = :language
        WHERE v.product_id IN (:ids) ORDER BY v.product_option_id, v.product_option_value_id';

    /** @var Query */
    private $query;

    /** @var ProductFacts */
    private $facts;

    /** @var Languages */
    private $languages;

    public function __construct(Query $query, ProductFacts $facts, Languages $languages)
    {
        $this->query = $query;
        $this->facts = $facts;
        $this->languages = $languages;
    }

    /**
     * @param array<int, int> $ids
     * @return array<int, array<string, mixed>> by id
     */
    public function read(array $ids): array
    {
        $values = ['ids' => $ids, 'language' => $this->languages->catalog()];
        $codes = $this->facts->codes($ids);
        $accounts = $this->facts->accounts($ids);
        $categories = $this->facts->categories($ids);
        $options = Rows::by('product_id', Text::rows($this->query->rows(self::OPTIONS, $values)));
        $products = [];
        foreach ($this->query->rows(self::HEADS, $values) as $head) {
            $id = (int) $head['product_id'];
            $description = Text::withoutHtml((string) $head['description']);
            $products[$id] = array_merge(Text::row($head), $codes[$id] ?? [], $accounts[$id], [
                'name' => Text::plain((string) $head['name']),
                'description' => $description,
                'x_categories' => $categories[$id] ?? [],
                'options' => array_map([self::class, 'option'], $options[$id] ?? []),
            ]);
        }
        return $products;
    }

    private static function option(array $row): array
    {
        return array_diff_key($row, ['product_id' => true]);
    }
}
