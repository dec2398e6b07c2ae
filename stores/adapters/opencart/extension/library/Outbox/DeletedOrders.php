<?php
declare(strict_types=1);

namespace XeroConnector\Outbox;

use XeroConnector\Database\Query;
use XeroConnector\Reading\Orders;

/** Orders that are gone, as they stood before. The shop itself keeps nothing of them. */
final class DeletedOrders
{
    private const KEEP = 'REPLACE INTO {xero_connector_deleted} (order_id, record, deleted_on)
        VALUES (:id, :record, NOW())';
    private const READ = 'SELECT order_id, record, deleted_on FROM {xero_connector_deleted}
        WHERE order_id IN (:ids)';
    private const FORGET = 'DELETE FROM {xero_connector_deleted} WHERE deleted_on < NOW() - INTERVAL 400 DAY
        LIMIT 100';

    /** @var Query */
    private $query;

    /** @var Orders */
    private $orders;

    public function __construct(Query $query, Orders $orders)
    {
        $this->query = $query;
        $this->orders = $orders;
    }

    /** To be called while the order is still there. */
    public function keep(int $id): void
    {
        $this->query->run(self::FORGET);
        foreach ($this->orders->read([$id]) as $order) {
            $record = json_encode($order, JSON_INVALID_UTF8_SUBSTITUTE);
            $this->query->run(self::KEEP, ['id' => $id, 'record' => $record]);
        }
    }

    /**
     * @param array<int, int> $ids
     * @return array<int, array<string, mixed>> by id, with the moment under x_deleted
     */
    public function read(array $ids): array
    {
        $orders = [];
        foreach ($this->query->rows(self::READ, ['ids' => $ids]) as $row) {
            $order = json_decode((string) $row['record'], true);
            $gone = ['x_changed' => $row['deleted_on'], 'x_deleted' => $row['deleted_on']];
            $orders[(int) $row['order_id']] = $order + $gone;
        }
        return $orders;
    }
}
