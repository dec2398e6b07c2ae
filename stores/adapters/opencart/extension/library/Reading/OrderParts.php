<?php
declare(strict_types=1);

namespace XeroConnector\Reading;

use XeroConnector\Database\Query;
use XeroConnector\Database\Schema;

/** What hangs on orders: lines, totals, histories, returns, vouchers. One statement a table. */
final class OrderParts
{
    private const PRODUCTS = 'SELECT * FROM {order_product} WHERE order_id IN (:ids) ORDER BY order_product_id';
    private const OPTIONS = 'SELECT * FROM {order_option} WHERE order_id IN (:ids) ORDER BY order_option_id';
    private const TOTALS = 'SELECT * FROM {order_total} WHERE order_id IN (:ids)
        ORDER BY sort_order, order_total_id';
    private const HISTORY = 'SELECT * FROM {order_history} WHERE order_id IN (:ids) ORDER BY order_history_id';
    private const RETURNS = 'SELECT * FROM {return} WHERE order_id IN (:ids) ORDER BY return_id';
    private const VOUCHERS = 'SELECT * FROM {order_voucher} WHERE order_id IN (:ids) ORDER BY order_voucher_id';
    private const REDEEMED = 'SELECT h.order_id, v.code, h.amount, v.order_id AS voucher_order_id
        FROM {voucher_history} h JOIN {voucher} v ON v.voucher_id = h.voucher_id
        WHERE h.order_id IN (:ids) ORDER BY h.voucher_history_id';

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

    /**
     * @param array<int, int> $ids
     * @return array<int, array<string, array>> by order: rows by the name of their table
     */
    public function of(array $ids): array
    {
        $values = ['ids' => $ids];
        $tables = [
            'order_product' => $this->products($ids),
            'order_option' => $this->sorted($this->query->rows(self::OPTIONS, $values)),
            'order_total' => $this->sorted($this->query->rows(self::TOTALS, $values)),
            'order_history' => $this->sorted($this->query->rows(self::HISTORY, $values)),
            'order_voucher' => [],
            'return' => $this->sorted($this->query->rows(self::RETURNS, $values)),
            'x_vouchers_redeemed' => [],
        ];
        if ($this->schema->has('order_voucher')) {
            $tables['order_voucher'] = $this->sorted($this->query->rows(self::VOUCHERS, $values));
            $tables['x_vouchers_redeemed'] = $this->redeemed($ids);
        }
        $parts = [];
        foreach ($ids as $id) {
            foreach ($tables as $name => $rows) {
                $parts[$id][$name] = $rows[$id] ?? [];
            }
        }
        return $parts;
    }

    private function products(array $ids): array
    {
        $rows = Text::rows($this->query->rows(self::PRODUCTS, ['ids' => $ids]));
        $products = Rows::ids('product_id', $rows);
        $codes = $this->facts->codes($products);
        $accounts = $this->facts->accounts($products);
        $categories = $this->facts->categories($products);
        foreach ($rows as $index => $row) {
            $id = $row['product_id'];
            $gone = ['sku' => '', 'upc' => '', 'ean' => '', 'tax_class_id' => null];
            $none = ['sales_account' => '', 'purchase_account' => ''];
            $rows[$index] = $row + ($codes[$id] ?? $gone) + ['x_categories' => $categories[$id] ?? []]
                + ($accounts[$id] ?? $none);
        }
        return Rows::by('order_id', $rows);
    }

    private function redeemed(array $ids): array
    {
        $sorted = Rows::by('order_id', $this->query->rows(self::REDEEMED, ['ids' => $ids]));
        return array_map(static function (array $rows): array {
            return array_map(static function (array $row): array {
                return array_diff_key($row, ['order_id' => true]);
            }, $rows);
        }, $sorted);
    }

    private function sorted(array $rows): array
    {
        return Rows::by('order_id', Text::rows($rows));
    }
}
