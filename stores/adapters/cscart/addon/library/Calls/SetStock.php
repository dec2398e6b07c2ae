<?php
declare(strict_types=1);

namespace XeroConnector\Calls;

use XeroConnector\CsCart;
use XeroConnector\Database\Query;
use XeroConnector\Reading\Stock;

/**
 * Puts the number on hand of products, and of combinations of options by their code.
 *
 * Left as they are: one whose combinations are counted, one that is not counted at all, and several that share a code.
 */
final class SetStock extends CountAnew
{
    protected const MOST = 8388607;
    protected const LONGEST_SKU = ListStock::LONGEST_CODE;

    private const SET = 'UPDATE {products} SET amount = :quantity WHERE product_id = :id';
    private const SET_COMBINATION = 'UPDATE {product_options_inventory} SET amount = :quantity
        WHERE combination_hash = :hash';
    private const REASONS = [Stock::BY_OPTIONS => 'has_options', Stock::UNCOUNTED => 'not_counted'];

    /** @var Stock */
    private $stock;

    /** @var CsCart */
    private $shop;

    public function __construct(Query $query, Stock $stock, CsCart $shop)
    {
        parent::__construct($query);
        $this->stock = $stock;
        $this->shop = $shop;
    }

    protected function these(array $ids): array
    {
        return $this->stock->these($ids);
    }

    protected function named(array $skus): array
    {
        return $this->stock->coded($skus);
    }

    protected function skuOf(array $row): string
    {
        return Stock::codeOf($row);
    }

    protected function reason(array $row): string
    {
        return isset($row['combination_hash']) ? '' : (self::REASONS[$row['tracking'] ?? ''] ?? '');
    }

    protected function put(array $row, int $quantity): void
    {
        if (isset($row['combination_hash'])) {
            $values = ['quantity' => $quantity, 'hash' => (string) $row['combination_hash']];
            $this->query->run(self::SET_COMBINATION, $values);
        } else {
            $this->query->run(self::SET, ['quantity' => $quantity, 'id' => (int) $row['product_id']]);
        }
    }

    protected function forget(): void
    {
        $this->shop->forgetProducts();
    }
}
