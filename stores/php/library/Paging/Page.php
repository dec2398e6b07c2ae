<?php
declare(strict_types=1);

namespace XeroConnector\Paging;

/** A page of records: which, in which order, when each changed last, and whether more follow. */
final class Page
{
    /** @var array<int, string> */
    private $changed;

    /** @var bool */
    private $more;

    /** @param array<int, array<string, string|null>> $rows id and changed; more of them than $limit: more follow */
    public function __construct(array $rows, int $limit)
    {
        $this->changed = array_column(array_slice($rows, 0, $limit), 'changed', 'id');
        $this->more = count($rows) > $limit;
    }

    /** @return array<int, int> */
    public function ids(): array
    {
        return array_keys($this->changed);
    }

    public function more(): bool
    {
        return $this->more;
    }

    /**
     * The records in the order of the page, each with the moment that put it there under x_changed.
     *
     * A record may have changed since it was listed. The moment is still that of the list: who asks for what lies
     * beyond it then leaves nothing out, and meets the changed record again further on.
     *
     * @param array<int, array<string, mixed>> $records by id
     * @return array<int, array<string, mixed>>
     */
    public function arrange(array $records): array
    {
        $arranged = [];
        foreach ($this->changed as $id => $moment) {
            if (isset($records[$id])) {
                $arranged[] = $records[$id] + ['x_changed' => $moment];
            }
        }
        return $arranged;
    }
}
