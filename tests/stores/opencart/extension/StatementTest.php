<?php
declare(strict_types=1);

namespace XeroConnector\Tests;

use InvalidArgumentException;
use PHPUnit\Framework\TestCase;
use XeroConnector\Database\Statement;

/** Values get into statements as values, whatever they hold. */
final class StatementTest extends TestCase
{
    private function text(string $sql, array $values): string
    {
        return (new Statement('addslashes', 'oc_'))->text($sql, $values);
    }

    public function testTablesGetThePrefix(): void
    {
        self::assertSame('SELECT * FROM `oc_order`', $this->text('SELECT * FROM {order}', []));
    }

    /** @dataProvider literals */
    public function testAValueBecomesALiteral($value, string $expected): void
    {
        self::assertSame('= ' . $expected, $this->text('= :value', ['value' => $value]));
    }

    public function literals(): array
    {
        return [
            [7, '7'],
            [-7, '-7'],
            [true, '1'],
            [false, '0'],
            [null, 'NULL'],
            ['', "''"],
            ["O'Brien", "'O\\'Brien'"],
            ['\\', "'\\\\'"],
            ["' OR 1=1 -- ", "'\\' OR 1=1 -- '"],
            [[1, 2], '1, 2'],
            [['a', "b'"], "'a', 'b\\''"],
            [[], 'NULL'],
            [[['a', 1], ['b', 2]], "('a', 1), ('b', 2)"],
            ["a\u{1F600}b", "'a\u{FFFD}b'"],
        ];
    }

    public function testAValueThatLooksLikeAPlaceIsAValue(): void
    {
        $text = $this->text('(:one, :two)', ['one' => ':two {order}', 'two' => ':one']);
        self::assertSame("(':two {order}', ':one')", $text);
    }

    /** @dataProvider refused */
    public function testWhatIsNoValueIsRefused(string $sql, array $values): void
    {
        $this->expectException(InvalidArgumentException::class);
        $this->text($sql, $values);
    }

    public function refused(): array
    {
        return [
            'floating point' => [':value', ['value' => 1.5]],
            'floating point in a list' => [':value', ['value' => [1.5]]],
            'an object' => [':value', ['value' => new \stdClass()]],
            'a missing value' => [':value', []],
            'a value too many' => ['1', ['value' => 1]],
        ];
    }
}
