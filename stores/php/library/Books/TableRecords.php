<?php
declare(strict_types=1);

namespace XeroConnector\Books;

use XeroConnector\Database\Query;

/** Which records the shop's tables have; a platform says by which statements. */
abstract class TableRecords implements ShopRecords
{
    protected const ORDERS = '';
    protected const PRODUCTS = '';
    protected const CUSTOMERS = '';

    /** @var Query */
    private $query;

    final public function __construct(Query $query)
    {
        $this->query = $query;
    }

    public function known(array $ids): array
    {
        return [
            'order' => $this->query->column(static::ORDERS, ['ids' => $ids['order']]),
            'product' => $this->query->column(static::PRODUCTS, ['ids' => $ids['product']]),
            'customer' => $this->query->column(static::CUSTOMERS, ['ids' => $ids['customer']]),
        ];
    }
}
