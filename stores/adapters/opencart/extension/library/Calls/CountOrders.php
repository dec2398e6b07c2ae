<?php
declare(strict_types=1);

namespace XeroConnector\Calls;

use XeroConnector\Paging\OrderSelection;

/** How many orders a list would hold. */
final class CountOrders implements Call
{
    /** @var OrderSelection */
    private $selection;

    public function __construct(OrderSelection $selection)
    {
        $this->selection = $selection;
    }

    public function answer(Parameters $parameters): array
    {
        return ['count' => (new Records($this->selection, ['changed', 'placed']))->count($parameters)];
    }
}
