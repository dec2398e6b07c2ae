<?php
declare(strict_types=1);

namespace XeroConnector\Calls;

use XeroConnector\Paging\Page;
use XeroConnector\Paging\Selection;
use XeroConnector\Paging\Span;

/** Which page of records a call asks for: by time, by id, or by a list of ids. */
final class Records
{
    public const MOST = 100;

    /** @var Selection */
    private $selection;

    /** @var array<int, string> */
    private $sortings;

    /** @param array<int, string> $sortings what `by` may be: "changed", "placed" */
    public function __construct(Selection $selection, array $sortings)
    {
        $this->selection = $selection;
        $this->sortings = $sortings;
    }

    public function page(Parameters $parameters): Page
    {
        $limit = $parameters->number('limit', 1, self::MOST, self::MOST);
        if ($parameters->has('ids')) {
            $ids = $parameters->ids('ids', self::MOST);
            $parameters->nothingElse();
            return $this->selection->these($ids);
        }
        if ($parameters->has('after_id')) {
            $id = $parameters->number('after_id', 0, Parameters::GREATEST_ID);
            $parameters->nothingElse();
            return $this->selection->beyond($id, $limit);
        }
        $by = $parameters->choice('by', $this->sortings);
        $since = $parameters->moment('since');
        $until = $parameters->moment('until');
        $after = $parameters->has('after') ? $this->position($parameters->inner('after')) : null;
        $parameters->nothingElse();
        return $this->selection->between(new Span($by, $since, $until, $after), $limit);
    }

    public function count(Parameters $parameters): int
    {
        $span = new Span(
            $parameters->choice('by', $this->sortings),
            $parameters->moment('since'),
            $parameters->moment('until')
        );
        $parameters->nothingElse();
        return $this->selection->count($span);
    }

    /** @return array{moment: string, id: int} */
    private function position(Parameters $after): array
    {
        $moment = $after->requiredMoment('moment');
        $id = $after->number('id', 0, Parameters::GREATEST_ID);
        $after->nothingElse();
        return ['moment' => $moment, 'id' => $id];
    }
}
