<?php
declare(strict_types=1);

namespace XeroConnector\Calls;

use XeroConnector\Clock;
use XeroConnector\Outbox\DeletedOrders;
use XeroConnector\Paging\OrderSelection;
use XeroConnector\Reading\Orders;

/** A page of whole orders; those that were deleted as they stood before. */
final class ListOrders implements Call
{
    /** @var OrderSelection */
    private $selection;

    /** @var Orders */
    private $orders;

    /** @var DeletedOrders */
    private $deleted;

    /** @var Clock */
    private $clock;

    public function __construct(OrderSelection $selection, Orders $orders, DeletedOrders $deleted, Clock $clock)
    {
        $this->selection = $selection;
        $this->orders = $orders;
        $this->deleted = $deleted;
        $this->clock = $clock;
    }

    public function answer(Parameters $parameters): array
    {
        $byShop = $parameters->has('as') && $parameters->choice('as', ['shop']) === 'shop';
        // Before the list is made: what changes meanwhile has a later moment.
        $now = $this->clock->now();
        $page = (new UnixRecords($this->selection, ['changed', 'placed']))->page($parameters);
        $ids = $page->ids();
        $found = $byShop ? $this->orders->readByShop($ids) : $this->orders->read($ids);
        $gone = array_values(array_diff($ids, array_keys($found)));
        return [
            'orders' => array_map([self::class, 'dated'], $page->arrange($found + $this->deleted->read($gone))),
            'more' => $page->more(),
            'last_id' => $this->selection->lastId(),
            'now' => $now,
        ];
    }

    private static function dated(array $order): array
    {
        return ['x_changed' => (int) $order['x_changed']] + $order;
    }
}
