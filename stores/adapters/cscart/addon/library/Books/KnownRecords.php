<?php
declare(strict_types=1);

namespace XeroConnector\Books;

use XeroConnector\Database\Query;

/** Which records CS-Cart has; an order that was deleted of late counts as there. */
final class KnownRecords implements ShopRecords
{
    private const ORDERS = 'SELECT order_id FROM {orders} WHERE order_id IN (:ids)
        UNION SELECT order_id FROM {xero_connector_deleted} WHERE order_id IN (:ids)';
    private const PRODUCTS = 'SELECT product_id FROM {products} WHERE product_id IN (:ids)';
    private const CUSTOMERS = 'SELECT user_id FROM {users} WHERE user_id IN (:ids)';

    /** @var Query */
    private $query;

    public function __construct(Query $query)
    {
        $this->query = $query;
    }

    public function known(array $ids): array
    {
        return [
            'order' => $this->query->column(self::ORDERS, ['ids' => $ids['order']]),
            'product' => $this->query->column(self::PRODUCTS, ['ids' => $ids['product']]),
            'customer' => $this->query->column(self::CUSTOMERS, ['ids' => $ids['customer']]),
        ];
    }
}
