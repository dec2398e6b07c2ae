<?php
declare(strict_types=1);

namespace XeroConnector\Paging;

/** A stretch of time in the form in which the shop keeps moments, and how far into it a reader has come. */
final class Span
{
    /** @var string */
    private $by;

    /** @var int|string */
    private $since;

    /** @var int|string */
    private $until;

    /** @var array{moment: int|string, id: int} */
    private $after;

    /**
     * @param string $by "changed" or "placed"
     * @param int|string $since
     * @param int|string $until
     * @param array{moment: int|string, id: int} $after the last record that the reader has
     */
    public function __construct(string $by, $since, $until, array $after)
    {
        $this->by = $by;
        $this->since = $since;
        $this->until = $until;
        $this->after = $after;
    }

    public function isByPlacing(): bool
    {
        return $this->by === 'placed';
    }

    /** @return array{since: int|string, until: int|string} */
    public function values(): array
    {
        return ['since' => $this->since, 'until' => $this->until];
    }

    /** @return array{moment: int|string, id: int} */
    public function position(): array
    {
        return $this->after;
    }
}
