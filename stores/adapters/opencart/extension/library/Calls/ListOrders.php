<?php
declare(strict_types=1);

namespace XeroConnector\Calls;

use XeroConnector\Outbox\DeletedOrders;
use XeroConnector\Paging\OrderSelection;
use XeroConnector\Paging\Page;
use XeroConnector\Reading\Orders;

/** A page of whole orders. Those asked for by id may be gone: then as they stood before. */
final class ListOrders implements Call
{
    /** @var OrderSelection */
    private $selection;

    /** @var Orders */
    private $orders;

    /** @var DeletedOrders */
    private $deleted;

    public function __construct(OrderSelection $selection, Orders $orders, DeletedOrders $deleted)
    {
        $this->selection = $selection;
        $this->orders = $orders;
        $this->deleted = $deleted;
    }

    public function answer(Parameters $parameters): array
    {
        $page = $parameters->has('number')
            ? $this->numbered($parameters)
            : (new LocalRecords($this->selection, ['changed', 'placed']))->page($parameters);
        $orders = $page->arrange($this->orders->asOfNow($page->ids()));
        if ($parameters->has('ids')) {
            $gone = array_diff($parameters->ids('ids', Records::MOST), $page->ids());
            $orders = array_merge($orders, array_values($this->deleted->read(array_values($gone))));
        }
        return ['orders' => $orders, 'more' => $page->more(), 'last_id' => $this->selection->lastId()];
    }

    private function numbered(Parameters $parameters): Page
    {
        $number = $parameters->text('number', 64);
        $parameters->number('limit', 1, Records::MOST, Records::MOST);
        $parameters->nothingElse();
        return $this->selection->numbered($number);
    }
}
