<?php
declare(strict_types=1);

namespace XeroConnector\Outbox;

use XeroConnector\Clock;
use XeroConnector\Database\Query;
use XeroConnector\Reading\Orders;

/** Orders that are gone, as they stood before. The shop itself keeps nothing of them. */
final class DeletedOrders
{
    private const KEPT = 400 * 86400;

    private const KEEP = 'REPLACE INTO {xero_connector_deleted} (order_id, record, placed, deleted)
        VALUES (:id, :record, :placed, :now)';
    private const READ = 'SELECT d.order_id, d.record, d.deleted FROM {xero_connector_deleted} d
        LEFT JOIN {orders} o ON o.order_id = d.order_id WHERE d.order_id IN (:ids) AND o.order_id IS NULL';
    private const FORGET = 'DELETE FROM {xero_connector_deleted} WHERE deleted < :before LIMIT 100';
    private const NOT_FINISHED = 'N';

    /** @var Query */
    private $query;

    /** @var Orders */
    private $orders;

    /** @var Clock */
    private $clock;

    public function __construct(Query $query, Orders $orders, Clock $clock)
    {
        $this->query = $query;
        $this->orders = $orders;
        $this->clock = $clock;
    }

    /** To be called while the order is still there. One that its buyer never finished is not kept. */
    public function keep(int $id): void
    {
        $now = $this->clock->now();
        $this->query->run(self::FORGET, ['before' => $now - self::KEPT]);
        foreach ($this->orders->read([$id]) as $order) {
            if ($order['status'] !== self::NOT_FINISHED) {
                $this->query->run(self::KEEP, [
                    'id' => $id,
                    'record' => (string) json_encode($order, JSON_INVALID_UTF8_SUBSTITUTE),
                    'placed' => (int) $order['timestamp'],
                    'now' => $now,
                ]);
            }
        }
    }

    /**
     * @param array<int, int> $ids
     * @return array<int, array<string, mixed>> by id, with the moment under x_deleted
     */
    public function read(array $ids): array
    {
        $orders = [];
        foreach ($ids === [] ? [] : $this->query->rows(self::READ, ['ids' => $ids]) as $row) {
            $order = json_decode((string) $row['record'], true);
            if (is_array($order)) {
                $orders[(int) $row['order_id']] = $order + ['x_deleted' => (int) $row['deleted']];
            }
        }
        return $orders;
    }
}
