<?php
declare(strict_types=1);

namespace XeroConnector\Outbox;

use XeroConnector\Clock;
use XeroConnector\Database\Query;

/**
 * What changed in the shop, one row a change, kept for 30 days.
 *
 * A number is given to a row before the row can be seen, so that of two at once the later number may show first. Who
 * reads then and goes on from there would never see the earlier one. Rows are therefore told when they have stood
 * for two seconds.
 */
final class Events
{
    private const KEPT = 30 * 86400;
    private const SETTLED = 2;

    private const ADD = 'INSERT INTO {xero_connector_event} (kind, record_id, what, happened)
        VALUES (:kind, :id, :what, :now)';
    private const AFTER = 'SELECT seq, kind, record_id, what, happened FROM {xero_connector_event}
        WHERE seq > :after AND happened <= :settled ORDER BY seq LIMIT :limit';
    private const LAST = 'SELECT COALESCE(MAX(seq), 0) AS seq FROM {xero_connector_event} WHERE happened <= :settled';
    private const FORGET = 'DELETE FROM {xero_connector_event} WHERE happened < :before LIMIT 1000';

    private const NOT_HINTED = "SELECT seq, kind, record_id FROM {xero_connector_event}
        WHERE seq > :after AND happened >= :since AND kind <> 'return' ORDER BY seq LIMIT :limit";
    private const NEWEST = 'SELECT COALESCE(MAX(seq), 0) AS seq FROM {xero_connector_event}';
    private const LISTS = ['order' => 'orders', 'customer' => 'customers', 'product' => 'products'];

    /** @var Query */
    private $query;

    /** @var Clock */
    private $clock;

    public function __construct(Query $query, Clock $clock)
    {
        $this->query = $query;
        $this->clock = $clock;
    }

    /**
     * @param string $kind "order", "customer", "product" or "return"
     * @param string $what "changed" or "deleted"
     */
    public function add(string $kind, int $id, string $what): void
    {
        $values = ['kind' => $kind, 'id' => $id, 'what' => $what, 'now' => $this->clock->now()];
        $this->query->run(self::ADD, $values);
    }

    /** @return array{events: array, last: int, more: bool} last: the number to go on from */
    public function after(int $seq, int $limit): array
    {
        $now = $this->clock->now();
        $this->query->run(self::FORGET, ['before' => $now - self::KEPT]);
        $values = ['after' => $seq, 'settled' => $now - self::SETTLED, 'limit' => $limit + 1];
        $rows = $this->query->rows(self::AFTER, $values);
        $events = array_map([self::class, 'told'], array_slice($rows, 0, $limit));
        return [
            'events' => $events,
            'last' => $events === [] ? $seq : $events[count($events) - 1]['seq'],
            'more' => count($rows) > $limit,
        ];
    }

    public function last(): int
    {
        return (int) $this->query->value(self::LAST, ['settled' => $this->clock->now() - self::SETTLED]);
    }

    /** @return int the number of the newest, also of one that is not told yet */
    public function newest(): int
    {
        return (int) $this->query->value(self::NEWEST);
    }

    /**
     * What a hint is to name: the records of events after the last one that a hint named.
     *
     * @return array{ids: array<string, array<int, int>>, last: int} ids: [] where there is nothing to name
     */
    public function notHinted(int $after, int $since, int $limit): array
    {
        $values = ['after' => $after, 'since' => $since, 'limit' => $limit];
        $rows = $this->query->rows(self::NOT_HINTED, $values);
        $ids = $rows === [] ? [] : array_fill_keys(self::LISTS, []);
        foreach ($rows as $row) {
            $ids[self::LISTS[$row['kind']]][(int) $row['record_id']] = (int) $row['record_id'];
        }
        return ['ids' => array_map('array_values', $ids), 'last' => (int) (end($rows)['seq'] ?? $after)];
    }

    private static function told(array $row): array
    {
        return [
            'seq' => (int) $row['seq'],
            'kind' => $row['kind'],
            'id' => (int) $row['record_id'],
            'what' => $row['what'],
            'at' => Clock::iso((int) $row['happened']),
        ];
    }
}
