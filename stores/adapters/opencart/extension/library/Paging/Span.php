<?php
declare(strict_types=1);

namespace XeroConnector\Paging;

/** A stretch of time in the shop's own clock ("Y-m-d H:i:s"), and how far into it a reader has come. */
final class Span
{
    private const FIRST = '1000-01-01 00:00:00';
    private const LAST = '9999-12-31 23:59:59';

    /** @var string */
    private $by;

    /** @var string */
    private $since;

    /** @var string */
    private $until;

    /** @var array{moment: string, id: int} */
    private $after;

    /**
     * @param string $by "changed" or "placed"
     * @param array{moment: string, id: int}|null $after the last record that the reader has
     */
    public function __construct(string $by, ?string $since, ?string $until, ?array $after = null)
    {
        $this->by = $by;
        $this->since = $since ?? self::FIRST;
        $this->until = $until ?? self::LAST;
        $this->after = $after ?? ['moment' => self::FIRST, 'id' => 0];
    }

    public function isByPlacing(): bool
    {
        return $this->by === 'placed';
    }

    /** @return array<string, string> */
    public function values(): array
    {
        return ['since' => $this->since, 'until' => $this->until];
    }

    /** @return array{moment: string, id: int} */
    public function position(): array
    {
        return $this->after;
    }
}
