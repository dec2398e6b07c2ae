<?php
declare(strict_types=1);

namespace XeroConnector\Database;

use Throwable;

/**
 * The shop's database. The only class that hands it a statement.
 *
 * A statement is a constant with `{table}` and `:value` in it; what the shop's program has turns them into text. Every
 * column comes back as text, as stored, or null: some drivers give numbers, others text.
 */
abstract class Query
{
    private const BEYOND = '/[\x{10000}-\x{10FFFF}]/u';

    /** Text as every shop's connection takes it: many know no characters beyond U+FFFF, and lose what follows one. */
    public static function storable(string $text): string
    {
        return preg_replace(self::BEYOND, "\u{FFFD}", $text) ?? $text;
    }

    /** The full name of a table, for where a name is a value. */
    abstract public function table(string $name): string;

    /**
     * @param array<string, mixed> $values by name, without the colon
     * @return array<int, array<string, string|null>>
     */
    abstract public function rows(string $sql, array $values = []): array;

    /**
     * @param array<string, mixed> $values
     * @return int how many rows it touched
     */
    abstract public function run(string $sql, array $values = []): int;

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
     * Does all of it or nothing, where the tables can (those of MyISAM cannot).
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
        $this->run($start);
        try {
            $answer = $work();
        } catch (Throwable $error) {
            $this->run($undo);
            throw $error;
        }
        $this->run($end);
        return $answer;
    }

    /** A savepoint lasts as long as its transaction, and without one is gone at once: MySQL tells it in no other way. */
    protected function isInTransaction(): bool
    {
        $this->run('SAVEPOINT xero_connector');
        try {
            $this->run('RELEASE SAVEPOINT xero_connector');
            return true;
        } catch (Throwable $error) {
            return false;
        }
    }

    /** @param array<string, mixed> $row */
    protected static function asText(array $row): array
    {
        foreach ($row as $column => $value) {
            if ($value !== null && !is_string($value)) {
                $row[$column] = is_float($value) ? json_encode($value) : (string) $value;
            }
        }
        return $row;
    }
}
