<?php
declare(strict_types=1);

namespace XeroConnector\Books;

use XeroConnector\Database\Query;

/** Where records stand in Xero, as the connector said last. */
final class States
{
    public const STATES = ['waiting', 'in_xero', 'held', 'left_out', 'voided', 'failed'];

    private const KEEP = 'REPLACE INTO {xero_connector_state}
        (kind, record_id, state, number, url, reason, said) VALUES :rows';
    private const READ = 'SELECT record_id, state, number, url, reason, said FROM {xero_connector_state}
        WHERE kind = :kind AND record_id IN (:ids)';
    private const ATTENTION = "SELECT kind, record_id, state, number, url, reason, said
        FROM {xero_connector_state} WHERE state IN ('held', 'failed')
        ORDER BY said DESC, kind, record_id LIMIT :start, :limit";
    private const COUNT = "SELECT COUNT(*) AS number FROM {xero_connector_state} WHERE state IN ('held', 'failed')";

    /** @var Query */
    private $query;

    /** @var ShopRecords */
    private $records;

    public function __construct(Query $query, ShopRecords $records)
    {
        $this->query = $query;
        $this->records = $records;
    }

    /**
     * Keeps the last state of each record.
     *
     * @param array<int, array{kind: string, id: int, state: string, number: string, url: string, reason: string,
     *     at: string}> $states
     * @return array{kept: int, unknown: array<int, int>} unknown: ids that the shop does not have
     */
    public function keep(array $states): array
    {
        $known = $this->known($states);
        $rows = [];
        $unknown = [];
        foreach ($states as $state) {
            if (isset($known[$state['kind']][$state['id']])) {
                $rows[] = [$state['kind'], $state['id'], $state['state'], $state['number'], $state['url'],
                    $state['reason'], $state['at']];
            } else {
                $unknown[] = $state['id'];
            }
        }
        if ($rows !== []) {
            $this->query->run(self::KEEP, ['rows' => $rows]);
        }
        return ['kept' => count($rows), 'unknown' => $unknown];
    }

    /**
     * @param array<int, int> $ids
     * @return array<int, array<string, string|null>> state, number, url, reason, said by record
     */
    public function of(string $kind, array $ids): array
    {
        $rows = $this->query->rows(self::READ, ['kind' => $kind, 'ids' => $ids]);
        return array_column($rows, null, 'record_id');
    }

    /** @return array<int, array<string, string|null>> those that a person must look at, the newest first */
    public function needingAttention(int $start, int $limit): array
    {
        return $this->query->rows(self::ATTENTION, ['start' => $start, 'limit' => $limit]);
    }

    public function countNeedingAttention(): int
    {
        return (int) $this->query->value(self::COUNT);
    }

    /** @return array<string, array<int, int>> the ids that the shop has, as keys, by kind */
    private function known(array $states): array
    {
        $ids = ['order' => [], 'product' => [], 'customer' => []];
        foreach ($states as $state) {
            $ids[$state['kind']][] = $state['id'];
        }
        return array_map('array_flip', $this->records->known($ids));
    }
}
