<?php
declare(strict_types=1);

namespace XeroConnector\Database;

use Throwable;

/**
 * The shop's database. The only class that hands it a statement.
 *
 * Every column comes back as text, as stored, or null: some of OpenCart's drivers give numbers, others text.
 */
final class Query
{
    /** @var object OpenCart's own: query, escape, countAffected */
    private $db;

    /** @var string */
    private $prefix;

    /** @var Statement */
    private $statement;

    /** @param object $db OpenCart's database object */
    public function __construct($db, string $prefix)
    {
        $this->db = $db;
        $this->prefix = $prefix;
        $this->statement = new Statement([$db, 'escape'], $prefix);
    }

    /** The full name of a table, for where a name is a value. */
    public function table(string $name): string
    {
        return $this->prefix . $name;
    }

    /**
     * @param array<string, mixed> $values
     * @return array<int, array<string, string|null>>
     */
    public function rows(string $sql, array $values = []): array
    {
        $result = $this->db->query($this->statement->text($sql, $values));
        return array_map([self::class, 'asText'], $result->rows);
    }

    /**
     * @param array<string, mixed> $values
     * @return array<string, string|null>|null the first row
     */
    public function row(string $sql, array $values = []): ?array
    {
        return $this->rows($sql, $values)[0] ?? null;
    }

    /**
     * @param array<string, mixed> $values
     * @return string|null the first column of the first row
     */
    public function value(string $sql, array $values = []): ?string
    {
        $row = $this->row($sql, $values);
        return $row === null ? null : array_values($row)[0];
    }

    /**
     * @param array<string, mixed> $values
     * @return array<int, string|null> the first column of each row
     */
    public function column(string $sql, array $values = []): array
    {
        return array_map(static function (array $row): ?string {
            return array_values($row)[0];
        }, $this->rows($sql, $values));
    }

    /**
     * @param array<string, mixed> $values
     * @return int how many rows it touched
     */
    public function run(string $sql, array $values = []): int
    {
        $this->db->query($this->statement->text($sql, $values));
        return (int) $this->db->countAffected();
    }

    /**
     * Does all of it or nothing, where the tables can (OpenCart 3 makes them MyISAM, which cannot).
     *
     * Where the shop is in a transaction already, in which an event of it may come, beginning another would end the
     * shop's: there it is a part of that, which alone is taken back if it fails.
     *
     * @return mixed what $work returns
     */
    public function together(callable $work)
    {
        return $this->isInTransaction()
            ? $this->between(
                'SAVEPOINT xero_connector',
                'RELEASE SAVEPOINT xero_connector',
                'ROLLBACK TO SAVEPOINT xero_connector',
                $work
            )
            : $this->between('START TRANSACTION', 'COMMIT', 'ROLLBACK', $work);
    }

    /**
     * Reads all of it as of one moment, where the tables can. For calls of the connector, never in an event of the
     * shop: it would end the shop's own transaction.
     *
     * @return mixed what $work returns
     */
    public function asOfNow(callable $work)
    {
        return $this->between('START TRANSACTION WITH CONSISTENT SNAPSHOT', 'COMMIT', 'ROLLBACK', $work);
    }

    /** @return mixed */
    private function between(string $start, string $end, string $undo, callable $work)
    {
        $this->db->query($start);
        try {
            $answer = $work();
        } catch (Throwable $error) {
            $this->db->query($undo);
            throw $error;
        }
        $this->db->query($end);
        return $answer;
    }

    /** A savepoint lasts as long as its transaction, and without one is gone at once: MySQL tells it in no other way. */
    private function isInTransaction(): bool
    {
        $this->db->query('SAVEPOINT xero_connector');
        try {
            $this->db->query('RELEASE SAVEPOINT xero_connector');
            return true;
        } catch (Throwable $error) {
            return false;
        }
    }

    private static function asText(array $row): array
    {
        foreach ($row as $column => $value) {
            if ($value !== null && !is_string($value)) {
                $row[$column] = is_float($value) ? json_encode($value) : (string) $value;
            }
        }
        return $row;
    }
}
