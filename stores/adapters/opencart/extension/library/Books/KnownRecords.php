<?php
declare(strict_types=1);

namespace XeroConnector\Books;

use XeroConnector\Database\Query;

/** Which records OpenCart has; an order that was deleted of late counts as there. */
final class KnownRecords implements ShopRecords
{
    private const ORDERS = 'SELECT order_id FROM {order} WHERE order_id IN (:ids)
        UNION SELECT order_id FROM {xero_connector_deleted} WHERE order_id IN (:ids)';
    private const PRODUCTS = 'SELECT product_id FROM {product} WHERE product_id IN (:ids)';
    private const CUSTOMERS = 'SELECT customer_id FROM {customer} WHERE customer_id IN (:ids)';

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
