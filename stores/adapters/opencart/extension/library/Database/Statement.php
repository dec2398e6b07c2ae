<?php
declare(strict_types=1);

namespace XeroConnector\Database;

use InvalidArgumentException;

/**
 * A statement with its values put in.
 *
 * OpenCart 3's database object takes finished text only. So every statement of this library is a constant with
 * `{table}` and `:value` in it, and this class alone turns a value into text: whole numbers are printed, text is
 * escaped by the connection and quoted, null is NULL, a list is its members with commas (an empty one matches
 * nothing), a list of lists is rows for VALUES. Floating point is refused: money has none.
 *
 * OpenCart 3 speaks to its database in a set of characters without those beyond U+FFFF and would lose the rest of
 * a text that holds one. Such a character is written as a replacement mark.
 */
final class Statement
{
    private const TOKEN = '/\{([a-z_]+)\}|:([a-z_]+)/';

    /** @var callable */
    private $escape;

    /** @var string */
    private $prefix;

    /** @param callable $escape takes a string, returns it safe between single quotes */
    public function __construct(callable $escape, string $prefix)
    {
        $this->escape = $escape;
        $this->prefix = $prefix;
    }

    /** @param array<string, mixed> $values by name, without the colon; each one must be used */
    public function text(string $sql, array $values): string
    {
        $used = [];
        $text = preg_replace_callback(self::TOKEN, function (array $found) use ($values, &$used): string {
            if ($found[1] !== '') {
                return '`' . $this->prefix . $found[1] . '`';
            }
            if (!array_key_exists($found[2], $values)) {
                throw new InvalidArgumentException('No value for :' . $found[2]);
            }
            $used[$found[2]] = true;
            return $this->literal($values[$found[2]]);
        }, $sql);
        if (count($used) !== count($values)) {
            throw new InvalidArgumentException('Values that no place asks for.');
        }
        return $text;
    }

    /** @param mixed $value */
    private function literal($value): string
    {
        if ($value === null) {
            return 'NULL';
        }
        if (is_bool($value)) {
            return $value ? '1' : '0';
        }
        if (is_int($value)) {
            return (string) $value;
        }
        if (is_string($value)) {
            return "'" . ($this->escape)(Query::storable($value)) . "'";
        }
        if (is_array($value)) {
            return $this->members($value);
        }
        throw new InvalidArgumentException('A ' . gettype($value) . ' is no value for a statement.');
    }

    private function members(array $values): string
    {
        $texts = [];
        foreach ($values as $value) {
            $texts[] = is_array($value) ? '(' . $this->members($value) . ')' : $this->literal($value);
        }
        return $texts === [] ? 'NULL' : implode(', ', $texts);
    }
}
