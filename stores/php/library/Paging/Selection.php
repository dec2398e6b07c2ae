<?php
declare(strict_types=1);

namespace XeroConnector\Paging;

use XeroConnector\Database\Query;

/**
 * Which records a page holds. One statement each, sorted by (moment, id).
 *
 * A kind of record says in two constants where it is found, each a statement that gives id, placed and changed: LISTED
 * for lists, EVERY for records that are asked for by id.
 */
abstract class Selection
{
    protected const LISTED = '';
    protected const EVERY = '';

    private const FIRST = 'SELECT x.id, x.changed FROM (';
    private const CHANGED = ') x WHERE x.changed >= :since AND x.changed <= :until
          AND (x.changed > :moment OR (x.changed = :moment AND x.id > :id))
        ORDER BY x.changed, x.id LIMIT :limit';
    private const PLACED = ') x WHERE x.placed >= :since AND x.placed <= :until
          AND (x.placed > :moment OR (x.placed = :moment AND x.id > :id))
        ORDER BY x.placed, x.id LIMIT :limit';
    private const BEYOND = ') x WHERE x.id > :id ORDER BY x.id LIMIT :limit';
    private const THESE = ') x WHERE x.id IN (:ids) ORDER BY x.id';
    private const COUNT = 'SELECT COUNT(*) AS number FROM (';
    private const HOW_MANY = ') x';
    private const HOW_MANY_CHANGED = ') x WHERE x.changed >= :since AND x.changed <= :until';
    private const HOW_MANY_PLACED = ') x WHERE x.placed >= :since AND x.placed <= :until';

    /** @var Query */
    protected $query;

    public function __construct(Query $query)
    {
        $this->query = $query;
    }

    /** A page of what changed or was placed between two moments, both included. */
    public function between(Span $span, int $limit): Page
    {
        $values = $span->values() + $span->position() + ['limit' => $limit + 1];
        $rows = $span->isByPlacing()
            ? $this->query->rows(self::FIRST . static::LISTED . self::PLACED, $values)
            : $this->query->rows(self::FIRST . static::LISTED . self::CHANGED, $values);
        return new Page($rows, $limit);
    }

    /** A page of those with a greater id, by id. */
    public function beyond(int $id, int $limit): Page
    {
        $values = ['id' => $id, 'limit' => $limit + 1];
        return new Page($this->query->rows(self::FIRST . static::LISTED . self::BEYOND, $values), $limit);
    }

    /** @param array<int, int> $ids */
    public function these(array $ids): Page
    {
        $rows = $this->query->rows(self::FIRST . static::EVERY . self::THESE, ['ids' => $ids]);
        return new Page($rows, count($ids));
    }

    /** @return int all that lists hold */
    public function countAll(): int
    {
        return (int) $this->query->value(self::COUNT . static::LISTED . self::HOW_MANY);
    }

    public function count(Span $span): int
    {
        return (int) ($span->isByPlacing()
            ? $this->query->value(self::COUNT . static::LISTED . self::HOW_MANY_PLACED, $span->values())
            : $this->query->value(self::COUNT . static::LISTED . self::HOW_MANY_CHANGED, $span->values()));
    }
}
