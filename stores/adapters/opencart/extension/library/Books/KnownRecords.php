<?php
declare(strict_types=1);

namespace XeroConnector\Books;

/** Which records OpenCart has; an order that was deleted of late counts as there. */
final class KnownRecords extends TableRecords
{
    protected const ORDERS = 'SELECT order_id FROM {order} WHERE order_id IN (:ids)
        UNION SELECT order_id FROM {xero_connector_deleted} WHERE order_id IN (:ids)';
    protected const PRODUCTS = 'SELECT product_id FROM {product} WHERE product_id IN (:ids)';
    protected const CUSTOMERS = 'SELECT customer_id FROM {customer} WHERE customer_id IN (:ids)';
}
