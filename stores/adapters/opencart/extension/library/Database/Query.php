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
     * @return mixed what $work returns
     */
    public function together(callable $work)
    {
        return $this->between('START TRANSACTION', $work);
    }

    /**
     * Reads all of it as of one moment, where the tables can.
     *
     * @return mixed what $work returns
     */
    public function asOfNow(callable $work)
    {
        return $this->between('START TRANSACTION WITH CONSISTENT SNAPSHOT', $work);
    }

    /** @return mixed */
    private function between(string $start, callable $work)
    {
        $this->db->query($start);
        try {
            $answer = $work();
        } catch (Throwable $error) {
            $this->db->query('ROLLBACK');
            throw $error;
        }
        $this->db->query('COMMIT');
        return $answer;
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
