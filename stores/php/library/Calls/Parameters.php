<?php
declare(strict_types=1);

namespace XeroConnector\Calls;

use XeroConnector\Wire\Refusal;

/**
 * The parameters of a call, each asked for by name and kind.
 *
 * What is missing, of the wrong kind or too long is refused with the name of the field; `nothingElse()` refuses what
 * nobody asked for. A call asks for everything before it does anything.
 */
final class Parameters
{
    public const GREATEST_ID = 2147483647;

    private const MOMENT = '/^(\d{4})-(\d\d)-(\d\d) ([01]\d|2[0-3]):[0-5]\d:[0-5]\d$/D';

    private const INSTANT = '/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:?\d\d)$/D';

    /** @var array<string, mixed> */
    private $values;

    /** @var string */
    private $path;

    /** @var array<string, bool> */
    private $asked = [];

    /**
     * @param array<string, mixed> $values
     * @param string $path in front of the names of fields in refusals: "items.3."
     */
    public function __construct(array $values, string $path = '')
    {
        $this->values = $values;
        $this->path = $path;
    }

    public function has(string $name): bool
    {
        return array_key_exists($name, $this->values);
    }

    /** A whole number, also as text. */
    public function number(string $name, int $least, int $most, ?int $default = null): int
    {
        if ($default !== null && !$this->has($name)) {
            return $default;
        }
        $value = $this->take($name);
        if (is_string($value) && preg_match('/^-?[0-9]{1,10}$/D', $value)) {
            $value = (int) $value;
        }
        if (!is_int($value) || $value < $least || $value > $most) {
            throw $this->refusal($name, 'a whole number from ' . $least . ' to ' . $most);
        }
        return $value;
    }

    public function id(string $name): int
    {
        return $this->number($name, 1, self::GREATEST_ID);
    }

    /** @return array<int, int> */
    public function ids(string $name, int $most): array
    {
        $values = $this->members($name, $most);
        $ids = [];
        foreach (array_keys($values) as $index) {
            $ids[] = (new self($values, $this->path . $name . '.'))->number((string) $index, 1, self::GREATEST_ID);
        }
        return array_values(array_unique($ids));
    }

    /** @return array<int, string> */
    public function texts(string $name, int $most, int $longest): array
    {
        $values = $this->members($name, $most);
        $texts = [];
        foreach (array_keys($values) as $index) {
            $texts[] = (new self($values, $this->path . $name . '.'))->text((string) $index, $longest);
        }
        return array_values(array_unique($texts));
    }

    public function text(string $name, int $longest, ?string $default = null): string
    {
        if ($default !== null && !$this->has($name)) {
            return $default;
        }
        $value = $this->take($name);
        if (!is_string($value) || mb_strlen($value, 'UTF-8') > $longest || strpos($value, "\0") !== false) {
            throw $this->refusal($name, 'text of at most ' . $longest . ' characters');
        }
        return $value;
    }

    /** An absolute address of the web, or "" where that is allowed. */
    public function address(string $name, bool $orNone = false): string
    {
        $value = $this->text($name, 500);
        if (($value !== '' || !$orNone) && !preg_match('#^https?://[^\s"\'<>\\\\]+$#iD', $value)) {
            throw $this->refusal($name, 'an address that begins with http:// or https://');
        }
        return $value;
    }

    /** @param array<int, string> $choices */
    public function choice(string $name, array $choices, ?string $default = null): string
    {
        if ($default !== null && !$this->has($name)) {
            return $default;
        }
        $value = $this->take($name);
        if (!is_string($value) || !in_array($value, $choices, true)) {
            throw $this->refusal($name, 'one of ' . implode(', ', $choices));
        }
        return $value;
    }

    public function truth(string $name, ?bool $default = null): bool
    {
        if ($default !== null && !$this->has($name)) {
            return $default;
        }
        $value = $this->take($name);
        if (!is_bool($value)) {
            throw $this->refusal($name, 'true or false');
        }
        return $value;
    }

    /** A moment of the shop's own clock: "Y-m-d H:i:s". */
    public function moment(string $name): string
    {
        $value = $this->take($name);
        $isMoment = is_string($value) && preg_match(self::MOMENT, $value, $part) === 1
            && checkdate((int) $part[2], (int) $part[3], (int) $part[1]);
        if (!$isMoment) {
            throw $this->refusal($name, 'a moment like 2026-11-30 18:05:00');
        }
        return $value;
    }

    /** A moment in ISO 8601 with its zone: "2026-11-30T18:05:00Z". */
    public function instant(string $name): string
    {
        $value = $this->text($name, 40);
        if (!preg_match(self::INSTANT, $value)) {
            throw $this->refusal($name, 'a moment like 2026-11-30T18:05:00Z');
        }
        return $value;
    }

    /** Parameters within a parameter. */
    public function inner(string $name): self
    {
        $value = $this->take($name);
        if (!is_array($value)) {
            throw $this->refusal($name, 'an object');
        }
        return new self($value, $this->path . $name . '.');
    }

    /** @return array<int, self> */
    public function list(string $name, int $most): array
    {
        $values = $this->members($name, $most);
        $inner = new self($values, $this->path . $name . '.');
        return array_map(static function (int $index) use ($inner): self {
            return $inner->inner((string) $index);
        }, array_keys($values));
    }

    /** @throws Refusal where there is more than was asked for */
    public function nothingElse(): void
    {
        foreach (array_keys($this->values) as $name) {
            if (!isset($this->asked[$name])) {
                $message = 'The call has a parameter that the shop does not know.';
                throw Refusal::ofParameter($this->path . self::printable((string) $name), $message);
            }
        }
    }

    /** @return array<int, mixed> */
    private function members(string $name, int $most): array
    {
        $value = $this->take($name);
        $isList = is_array($value) && $value !== [] && array_keys($value) === range(0, count($value) - 1);
        if (!$isList || count($value) > $most) {
            throw $this->refusal($name, 'a list of 1 to ' . $most);
        }
        return $value;
    }

    /** @return mixed */
    private function take(string $name)
    {
        $this->asked[$name] = true;
        if (!$this->has($name)) {
            $field = $this->path . $name;
            throw Refusal::ofParameter($field, 'The call lacks the parameter ' . $field . '.');
        }
        return $this->values[$name];
    }

    private function refusal(string $name, string $wanted): Refusal
    {
        $field = $this->path . $name;
        return Refusal::ofParameter($field, 'The parameter ' . $field . ' must be ' . $wanted . '.');
    }

    private static function printable(string $name): string
    {
        return substr((string) preg_replace('/[^A-Za-z0-9_.-]/', '?', $name), 0, 40);
    }
}
