<?php
declare(strict_types=1);

namespace XeroConnector\Calls;

use XeroConnector\Database\Query;
use XeroConnector\Platform;
use XeroConnector\Reading\Stock;

/** Puts the number on hand of products; one whose options count their own stock is left as it is. */
final class SetStock extends CountAnew
{
    protected const LONGEST_SKU = ListStock::LONGEST_SKU;

    private const SET = 'UPDATE {product} SET quantity = :quantity WHERE product_id = :id';

    /** @var Stock */
    private $stock;

    /** @var Platform */
    private $platform;

    public function __construct(Query $query, Stock $stock, Platform $platform)
    {
        parent::__construct($query);
        $this->stock = $stock;
        $this->platform = $platform;
    }

    protected function these(array $ids): array
    {
        return $this->stock->these($ids);
    }

    protected function named(array $skus): array
    {
        return $this->stock->ofSkus($skus);
    }

    protected function skuOf(array $row): string
    {
        return Stock::skuOf($row);
    }

    protected function reason(array $row): string
    {
        return $row['has_options'] ? 'has_options' : '';
    }

    protected function put(array $row, int $quantity): void
    {
        $this->query->run(self::SET, ['quantity' => $quantity, 'id' => (int) $row['product_id']]);
    }

    protected function forget(): void
    {
        $this->platform->forgetProducts();
    }
}
