<?php
declare(strict_types=1);

namespace XeroConnector;

/** The time, as a thing that can be handed in. */
class Clock
{
    /** Unix seconds. */
    public function now(): int
    {
        return time();
    }

    /** The moment in UTC, as ISO 8601 writes it: "2026-11-30T18:00:00Z". */
    public static function iso(int $moment): string
    {
        return gmdate('Y-m-d\TH:i:s\Z', $moment);
    }
}
