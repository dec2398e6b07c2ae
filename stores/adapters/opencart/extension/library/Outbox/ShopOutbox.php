<?php
declare(strict_types=1);

namespace XeroConnector\Outbox;

use XeroConnector\Database\Query;
use XeroConnector\Log;

/** What OpenCart's events call. A return is an event of its order, too; a deleted order is kept. */
final class ShopOutbox extends Outbox
{
    private const ORDER_OF_RETURN = 'SELECT order_id FROM {return} WHERE return_id = :id';

    /** @var Query */
    private $query;

    /** @var DeletedOrders */
    private $deleted;

    public function __construct(Events $events, DeletedOrders $deleted, Hints $hints, Log $log, Query $query)
    {
        parent::__construct($events, $hints, $log);
        $this->deleted = $deleted;
        $this->query = $query;
    }

    /** A return came or changed; with it its order. */
    public function returnChanged(int $id): void
    {
        $this->returned($id, 'changed');
    }

    /** A return is about to be deleted: its order is only known now. */
    public function deletingReturn(int $id): void
    {
        $this->returned($id, 'deleted');
    }

    /** An order is about to be deleted: what stands of it now is kept. */
    public function deletingOrder(int $id): void
    {
        $this->safely(function () use ($id): void {
            $this->deleted->keep($id);
        });
    }

    public function deletedOrder(int $id): void
    {
        $this->write('order', $id, 'deleted');
    }

    private function returned(int $id, string $what): void
    {
        $this->safely(function () use ($id, $what): void {
            $this->write('return', $id, $what);
            $this->write('order', $this->orderOfReturn($id), 'changed');
        });
    }

    /** @return int 0 where the return has none */
    private function orderOfReturn(int $id): int
    {
        return (int) $this->query->value(self::ORDER_OF_RETURN, ['id' => $id]);
    }
}
