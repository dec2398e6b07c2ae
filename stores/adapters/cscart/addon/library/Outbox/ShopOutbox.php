<?php
declare(strict_types=1);

namespace XeroConnector\Outbox;

use XeroConnector\Database\Query;
use XeroConnector\Log;

/** What CS-Cart's hooks call. When a record changed is noted beside the event, for versions that do not date it. */
final class ShopOutbox extends Outbox
{
    private const ORDER_OF_RETURN = 'SELECT order_id FROM {rma_returns} WHERE return_id = :id';

    /** @var Changes */
    private $changes;

    /** @var DeletedOrders */
    private $deletedOrders;

    /** @var Query */
    private $query;

    public function __construct(
        Events $events,
        Hints $hints,
        Log $log,
        Changes $changes,
        DeletedOrders $deletedOrders,
        Query $query
    ) {
        parent::__construct($events, $hints, $log);
        $this->changes = $changes;
        $this->deletedOrders = $deletedOrders;
        $this->query = $query;
    }

    public function changed(string $kind, int $id): void
    {
        if ($id > 0) {
            $this->safely(function () use ($kind, $id): void {
                $this->changes->note($kind, $id);
            });
        }
        parent::changed($kind, $id);
    }

    /** An order is about to be deleted: what stands of it now is kept. */
    public function deletingOrder(int $id): void
    {
        $this->safely(function () use ($id): void {
            $this->deletedOrders->keep($id);
        });
        $this->write('order', $id, 'deleted');
    }

    /** A return came or changed: its order did. */
    public function returnChanged(int $returnId): void
    {
        $this->safely(function () use ($returnId): void {
            $this->changed('order', (int) $this->query->value(self::ORDER_OF_RETURN, ['id' => $returnId]));
        });
    }
}
