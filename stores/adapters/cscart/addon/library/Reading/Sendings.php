<?php
declare(strict_types=1);

namespace XeroConnector\Reading;

use XeroConnector\Database\Query;
use XeroConnector\Database\Schema;

/** Goods that left, and goods that came back. */
final class Sendings
{
    private const SHIPMENTS = 'SELECT i.order_id, i.item_id, i.amount, s.* FROM {shipment_items} i
        JOIN {shipments} s ON s.shipment_id = i.shipment_id
        WHERE i.order_id IN (:ids) ORDER BY s.shipment_id, i.item_id';
    private const RETURNS = 'SELECT * FROM {rma_returns} WHERE order_id IN (:ids) ORDER BY return_id';
    private const RETURNED = "SELECT g.*, COALESCE(pd.product, '') AS product FROM {rma_return_products} g
        LEFT JOIN {product_descriptions} pd ON pd.product_id = g.product_id AND pd.lang_code = :language
        WHERE g.return_id IN (:ids) ORDER BY g.return_id, g.item_id, g.type";
    private const SENT = ['shipment_id', 'shipping_id', 'carrier', 'tracking_number', 'timestamp', 'status'];

    /** @var Query */
    private $query;

    /** @var Schema */
    private $schema;

    /** @var string */
    private $language;

    public function __construct(Query $query, Schema $schema, string $language)
    {
        $this->query = $query;
        $this->schema = $schema;
        $this->language = $language;
    }

    /**
     * @param array<int, int> $orders
     * @return array<int, array<int, array<string, mixed>>> shipments by order, each with its products by item
     */
    public function shipments(array $orders): array
    {
        if (!$this->schema->has('shipments') || !$this->schema->has('shipment_items')) {
            return [];
        }
        $shipments = [];
        foreach ($this->query->rows(self::SHIPMENTS, ['ids' => $orders]) as $row) {
            $order = (int) $row['order_id'];
            $id = (int) $row['shipment_id'];
            $shipment = $shipments[$order][$id] ?? array_intersect_key($row, array_flip(self::SENT));
            $shipment['products'][$row['item_id']] = $row['amount'];
            $shipments[$order][$id] = $shipment;
        }
        return array_map('array_values', $shipments);
    }

    /**
     * @param array<int, int> $orders
     * @return array<int, array<int, array<string, mixed>>> returns by order and by id, each with its products by item
     */
    public function returns(array $orders): array
    {
        if (!$this->schema->has('rma_returns') || !$this->schema->has('rma_return_products')) {
            return [];
        }
        $rows = $this->query->rows(self::RETURNS, ['ids' => $orders]);
        $values = ['ids' => Rows::ids('return_id', $rows), 'language' => $this->language];
        $goods = $rows === [] ? [] : Rows::by('return_id', $this->query->rows(self::RETURNED, $values));
        $returns = [];
        foreach ($rows as $row) {
            $id = (int) $row['return_id'];
            unset($row['extra']);
            $returns[(int) $row['order_id']][$id] = $row + ['products' => self::byItem($goods[$id] ?? [])];
        }
        return $returns;
    }

    /** One item may be there twice, a part of it accepted and a part declined. */
    private static function byItem(array $goods): array
    {
        $products = [];
        foreach ($goods as $row) {
            $item = (string) $row['item_id'];
            $products[isset($products[$item]) ? $item . '-' . $row['type'] : $item] = $row;
        }
        return $products;
    }
}
