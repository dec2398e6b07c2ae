<?php
declare(strict_types=1);

namespace XeroConnector\Calls;

use XeroConnector\Paging\Selection;

/** A page of whole customers or products. */
final class ListRecords implements Call
{
    /** @var string */
    private $name;

    /** @var Selection */
    private $selection;

    /** @var callable */
    private $read;

    /** @var array<int, string> */
    private $sortings;

    /**
     * @param string $name of the list in the answer
     * @param callable $read takes ids, gives records by id
     * @param array<int, string> $sortings what `by` may be
     */
    public function __construct(string $name, Selection $selection, callable $read, array $sortings)
    {
        $this->name = $name;
        $this->selection = $selection;
        $this->read = $read;
        $this->sortings = $sortings;
    }

    public function answer(Parameters $parameters): array
    {
        $page = (new Records($this->selection, $this->sortings))->page($parameters);
        return [$this->name => $page->arrange(($this->read)($page->ids())), 'more' => $page->more()];
    }
}
