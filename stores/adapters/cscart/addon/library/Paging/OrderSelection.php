<?php
declare(strict_types=1);

namespace XeroConnector\Paging;

/**
 * Orders of a version that does not date changes: the add-on's own notes of them count.
 *
 * Those of status N are left out, which their buyers have not finished. Orders that were deleted change once more, when
 * that happened.
 */
class OrderSelection extends Selection
{
    protected const DELETED = ' UNION ALL SELECT d.order_id AS id, d.placed, d.deleted AS changed
        FROM {xero_connector_deleted} d LEFT JOIN {orders} o ON o.order_id = d.order_id WHERE o.order_id IS NULL';
    protected const NOTED = " LEFT JOIN {xero_connector_change} c ON c.kind = 'order' AND c.record_id = o.order_id";
    protected const FOUND = 'SELECT o.order_id AS id, o.timestamp AS placed,
          GREATEST(o.timestamp, COALESCE(c.changed, 0)) AS changed FROM {orders} o' . self::NOTED;
    protected const LISTED = self::FOUND . " WHERE o.status <> 'N'" . self::DELETED;
    protected const EVERY = self::FOUND . self::DELETED;

    private const LAST = 'SELECT COALESCE(MAX(order_id), 0) AS id FROM {orders}';

    /** @return int the greatest number that an order has, 0 where there is none */
    public function lastId(): int
    {
        return (int) $this->query->value(self::LAST);
    }
}
