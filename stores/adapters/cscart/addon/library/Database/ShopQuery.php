<?php
declare(strict_types=1);

namespace XeroConnector\Database;

use InvalidArgumentException;

/**
 * CS-Cart's database. The only class that hands it a statement.
 *
 * `{table}` becomes `?:table`, and `:value` a placeholder of CS-Cart by what it is: `?i` for a whole number, `?s` for
 * text, one for each member of a list or of a list of rows. CS-Cart itself escapes. An empty list
 * matches nothing; floating point is refused, as money has none.
 */
final class ShopQuery extends Query
{
    private const TOKEN = '/\{([a-z_]+)\}|:([a-z_]+)/';
    private const TOUCHED = 'SELECT ROW_COUNT() AS number';

    public function table(string $name): string
    {
        return db_quote('?:' . $name);
    }

    public function rows(string $sql, array $values = []): array
    {
        [$text, $parameters] = self::prepared($sql, $values);
        $rows = db_get_array($text, ...$parameters);
        return array_map([self::class, 'asText'], is_array($rows) ? $rows : []);
    }

    /** What CS-Cart returns differs by statement and version, so the database is asked how many rows it touched. */
    public function run(string $sql, array $values = []): int
    {
        [$text, $parameters] = self::prepared($sql, $values);
        db_query($text, ...$parameters);
        return (int) db_get_field(self::TOUCHED);
    }

    /** Hooks of the shop take no transactions of ours: a statement that fails on purpose would stand in its log. */
    protected function isInTransaction(): bool
    {
        return false;
    }

    /**
     * @param array<string, mixed> $values by name, without the colon; each one must be used
     * @return array{string, array<int, mixed>} a statement with placeholders, and what goes into them
     */
    private static function prepared(string $sql, array $values): array
    {
        $parameters = [];
        $used = [];
        $text = preg_replace_callback(self::TOKEN, static function (array $found) use ($values, &$parameters, &$used) {
            if ($found[1] !== '') {
                return '?:' . $found[1];
            }
            if (!array_key_exists($found[2], $values)) {
                throw new InvalidArgumentException('No value for :' . $found[2]);
            }
            $used[$found[2]] = true;
            return self::placeholder($values[$found[2]], $parameters);
        }, $sql);
        if (count($used) !== count($values)) {
            throw new InvalidArgumentException('Values that no place asks for.');
        }
        return [$text, $parameters];
    }

    /**
     * @param mixed $value
     * @param array<int, mixed> $parameters grows by what goes into the placeholder
     */
    private static function placeholder($value, array &$parameters): string
    {
        if ($value === null) {
            return 'NULL';
        }
        if (is_bool($value) || is_int($value)) {
            $parameters[] = (int) $value;
            return '?i';
        }
        if (is_string($value)) {
            $parameters[] = self::storable($value);
            return '?s';
        }
        if (is_array($value)) {
            return self::placeholders($value, $parameters);
        }
        throw new InvalidArgumentException('A ' . gettype($value) . ' is no value for a statement.');
    }

    /** @param array<int, mixed> $parameters */
    private static function placeholders(array $values, array &$parameters): string
    {
        if ($values === []) {
            return 'NULL';
        }
        $texts = [];
        foreach ($values as $value) {
            $texts[] = is_array($value)
                ? '(' . self::placeholders($value, $parameters) . ')'
                : self::placeholder($value, $parameters);
        }
        return implode(', ', $texts);
    }
}
