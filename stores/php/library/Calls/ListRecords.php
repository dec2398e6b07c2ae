<?php
declare(strict_types=1);

namespace XeroConnector\Calls;

/** A page of whole customers or products. */
final class ListRecords implements Call
{
    /** @var string */
    private $name;

    /** @var Records */
    private $records;

    /** @var callable */
    private $read;

    /**
     * @param string $name of the list in the answer
     * @param callable $read takes ids, gives records by id
     */
    public function __construct(string $name, Records $records, callable $read)
    {
        $this->name = $name;
        $this->records = $records;
        $this->read = $read;
    }

    public function answer(Parameters $parameters): array
    {
        $page = $this->records->page($parameters);
        return [$this->name => $page->arrange(($this->read)($page->ids())), 'more' => $page->more()];
    }
}
