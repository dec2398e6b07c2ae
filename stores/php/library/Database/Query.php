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
     * Never in an event of the shop: where the shop is in a transaction, to begin another would end it early, and
     * MySQL does not say whether there is one.
     *
     * @return mixed what $work returns
     */
    public function together(callable $work)
    {
        return $this->between('START TRANSACTION', $work);
    }

    /**
     * Reads all of it as of one moment, where the tables can. Never in an event of the shop, as above.
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
        $this->run($start);
        try {
            $answer = $work();
        } catch (Throwable $error) {
            $this->run('ROLLBACK');
            throw $error;
        }
        $this->run('COMMIT');
        return $answer;
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
