<?php
declare(strict_types=1);

namespace XeroConnector\Calls;

use XeroConnector\Books\States;

/** Takes from the connector where records stand in Xero; the last word on each is shown in the admin. */
final class KeepStates implements Call
{
    private const MOST = 100;

    /** @var States */
    private $states;

    public function __construct(States $states)
    {
        $this->states = $states;
    }

    public function answer(Parameters $parameters): array
    {
        $states = [];
        foreach ($parameters->list('states', self::MOST) as $one) {
            $states[] = [
                'kind' => $one->choice('kind', ['order', 'product', 'customer']),
                'id' => $one->id('id'),
                'state' => $one->choice('state', States::STATES),
                'number' => $one->text('number', 64, ''),
                'url' => $one->has('url') ? $one->address('url', true) : '',
                'reason' => $one->text('reason', 1000, ''),
                'at' => $one->instant('at'),
            ];
            $one->nothingElse();
        }
        $parameters->nothingElse();
        return $this->states->keep($states);
    }
}
