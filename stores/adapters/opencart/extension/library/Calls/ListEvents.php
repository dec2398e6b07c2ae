<?php
declare(strict_types=1);

namespace XeroConnector\Calls;

use XeroConnector\Outbox\Events;

/** What changed in the shop since an event that the connector knows. */
final class ListEvents implements Call
{
    private const MOST = 500;

    /** @var Events */
    private $events;

    public function __construct(Events $events)
    {
        $this->events = $events;
    }

    public function answer(Parameters $parameters): array
    {
        $after = $parameters->number('after', 0, PHP_INT_MAX);
        $limit = $parameters->number('limit', 1, self::MOST, self::MOST);
        $parameters->nothingElse();
        return $this->events->after($after, $limit);
    }
}
