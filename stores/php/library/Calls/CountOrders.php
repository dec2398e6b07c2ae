<?php
declare(strict_types=1);

namespace XeroConnector\Calls;

/** How many orders changed or were placed between two moments. */
final class CountOrders implements Call
{
    /** @var Records */
    private $records;

    public function __construct(Records $records)
    {
        $this->records = $records;
    }

    public function answer(Parameters $parameters): array
    {
        return ['count' => $this->records->count($parameters)];
    }
}
