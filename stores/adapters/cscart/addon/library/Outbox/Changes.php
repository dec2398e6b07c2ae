<?php
declare(strict_types=1);

namespace XeroConnector\Outbox;

use XeroConnector\Clock;
use XeroConnector\Database\Query;

/** When each record changed last, as far as CS-Cart said so. Not every version dates that itself. */
final class Changes
{
    private const NOTE = 'INSERT INTO {xero_connector_change} (kind, record_id, changed) VALUES (:kind, :id, :now)
        ON DUPLICATE KEY UPDATE changed = GREATEST(changed, :now)';

    /** @var Query */
    private $query;

    /** @var Clock */
    private $clock;

    public function __construct(Query $query, Clock $clock)
    {
        $this->query = $query;
        $this->clock = $clock;
    }

    public function note(string $kind, int $id): void
    {
        $this->query->run(self::NOTE, ['kind' => $kind, 'id' => $id, 'now' => $this->clock->now()]);
    }
}
