<?php
declare(strict_types=1);

namespace XeroConnector\Paging;

/**
 * Orders. One changes when its row does, its history (4.1 leaves the row alone then), or one of its returns.
 *
 * Status 0 is a checkout that nobody finished.
 */
final class OrderSelection extends DatedSelection
{
    protected const EVERY = 'SELECT o.order_id AS id, GREATEST(o.date_added, ' . self::FIRST_MOMENT . ') AS placed,
          GREATEST(o.date_added, o.date_modified, COALESCE(h.moment, o.date_added), COALESCE(r.moment, o.date_added),
            ' . self::FIRST_MOMENT . ') AS changed
        FROM {order} o
        LEFT JOIN (SELECT order_id, MAX(date_added) AS moment FROM {order_history} GROUP BY order_id) h
          ON h.order_id = o.order_id
        LEFT JOIN (SELECT order_id, MAX(date_modified) AS moment FROM {return} WHERE order_id > 0 GROUP BY order_id) r
          ON r.order_id = o.order_id';
    protected const LISTED = self::EVERY . ' WHERE o.order_status_id > 0';

    private const LAST = 'SELECT COALESCE(MAX(order_id), 0) AS id FROM {order}';
    private const NUMBERED = 'SELECT order_id FROM {order} WHERE order_status_id > 0 AND (order_id = :id
        OR (invoice_no > 0 AND CONCAT(invoice_prefix, invoice_no) = :number)) ORDER BY order_id LIMIT 100';

    /** Those with this order number, or with this invoice number. */
    public function numbered(string $number): Page
    {
        $id = preg_match('/^[1-9][0-9]{0,9}$/D', $number) ? (int) $number : 0;
        $found = $this->query->column(self::NUMBERED, ['id' => $id, 'number' => $number]);
        return $this->these(array_map('intval', $found));
    }

    /** @return int the greatest number that an order has, 0 where there is none */
    public function lastId(): int
    {
        return (int) $this->query->value(self::LAST);
    }
}
