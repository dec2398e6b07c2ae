<?php
declare(strict_types=1);

namespace XeroConnector\Calls;

use XeroConnector\Paging\Page;
use XeroConnector\Paging\Selection;
use XeroConnector\Paging\Span;

/** Which page of records a call asks for: by time, by id, or by a list of ids. The shop says what a moment is. */
abstract class Records
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
        [$since, $until] = $this->ends($parameters);
        $after = $parameters->has('after')
            ? $this->position($parameters->inner('after'))
            : ['moment' => $this->first(), 'id' => 0];
        $parameters->nothingElse();
        return $this->selection->between(new Span($by, $since, $until, $after), $limit);
    }

    public function count(Parameters $parameters): int
    {
        $by = $parameters->choice('by', $this->sortings);
        [$since, $until] = $this->ends($parameters);
        $parameters->nothingElse();
        return $this->selection->count(new Span($by, $since, $until, ['moment' => $this->first(), 'id' => 0]));
    }

    /** @return int|string before every moment */
    abstract protected function first();

    /** @return int|string after every moment */
    abstract protected function last();

    /** @return int|string a parameter that is a moment */
    abstract protected function moment(Parameters $parameters, string $name);

    /** @return array{int|string, int|string} */
    private function ends(Parameters $parameters): array
    {
        return [
            $parameters->has('since') ? $this->moment($parameters, 'since') : $this->first(),
            $parameters->has('until') ? $this->moment($parameters, 'until') : $this->last(),
        ];
    }

    /** @return array{moment: int|string, id: int} */
    private function position(Parameters $after): array
    {
        $moment = $this->moment($after, 'moment');
        $id = $after->number('id', 0, Parameters::GREATEST_ID);
        $after->nothingElse();
        return ['moment' => $moment, 'id' => $id];
    }
}
