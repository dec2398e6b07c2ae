<?php
declare(strict_types=1);

namespace XeroConnector\Tests;

use PHPUnit\Framework\TestCase;

/** The rules that phpcs checks refuse what they are there to refuse. */
final class RulesTest extends TestCase
{
    private const CLEAN = <<<'PHP'
<?php
declare(strict_types=1);

namespace Example;

final class Example
{
    private const SQL = 'SELECT 1';

    public function read($query, int $id): array
    {
        return $query->rows(self::SQL . ' WHERE id = :id', ['id' => $id]);
    }
}

PHP;

    public function testWhatIsRightPasses(): void
    {
        self::assertSame([], $this->errors(self::CLEAN));
    }

    /** @dataProvider wrong */
    public function testWhatIsWrongIsRefused(string $line, string $error): void
    {
        $code = str_replace("return \$query->rows(self::SQL . ' WHERE id = :id', ['id' => \$id]);", $line, self::CLEAN);
        self::assertContains($error, $this->errors($code));
    }

    public function wrong(): array
    {
        $statement = 'Shop.Database.Statement.NotConstant';
        $new = 'Shop.Syntax.OldestPhp.TooNew';
        return [
            ['return $query->rows("SELECT $id");', $statement],
            ["return \$query->rows('SELECT ' . \$id);", $statement],
            ["return \$query->run(sprintf('SELECT %d', \$id));", $statement],
            ["return \$query->row(self::sql());", $statement],
            ["return \$this->db->query('SELECT 1');", 'Shop.Database.Statement.NotQuery'],
            ["return db_get_row('SELECT 1');", 'Shop.Database.Statement.NotQuery'],
            ['echo $id;', 'Shop.Output.Escaping.Printed'],
            ['print($id);', 'Shop.Output.Escaping.Printed'],
            ['$this->response->setOutput($id);', 'Shop.Output.Escaping.Output'],
            ['return unserialize($id);', 'Shop.Output.Escaping.Forbidden'],
            ['return (float) $id;', 'Shop.Output.Escaping.Forbidden'],
            ["return \$_POST['x'];", 'Shop.Output.Escaping.Global'],
            ['return array_map(fn ($x) => $x, []);', $new],
            ['$x ??= 1;', $new],
            ['return $query?->x;', $new],
            ['return match ($id) { 1 => [] };', $new],
            ['return [...$query];', $new],
            ["return str_contains('a', 'b');", $new],
            ['return 1_000;', $new],
            ['return $this->read(query: $id);', $new],
            ['return $this->read(...);', $new],
            ['return $id ?: throw new \Exception();', $new],
            ['try { $x = 1; } catch (\Exception) { $x = 2; }', $new],
            ['$x = function (int|string $y) { return $y; };', $new],
            ['$x = function (mixed $y) { return $y; };', $new],
            ['$x = function ($y,) { return $y; };', $new],
        ];
    }

    public function testAPropertyWithATypeIsTooNew(): void
    {
        foreach (['private int $x;', 'public ?self $x = null;', 'private static array $x = [];'] as $property) {
            $code = str_replace('    private const SQL', "    $property\n    private const SQL", self::CLEAN);
            self::assertContains('Shop.Syntax.OldestPhp.TooNew', $this->errors($code), $property);
        }
        $code = str_replace('(int $id', '(private int $id', str_replace('read(', '__construct(', self::CLEAN));
        $code = str_replace('$query, int $id', 'private int $id', $code);
        self::assertContains('Shop.Syntax.OldestPhp.TooNew', $this->errors($code));
    }

    public function testThatMethodsAndOldPropertiesAreNoNews(): void
    {
        $members = "private \$x = [];\n    protected static \$y;\n    private const A = 'b';\n"
            . "    public static function z(?array \$x = null, int ...\$more): ?self\n    {\n        return \$x[\$more[0]];\n    }";
        $code = str_replace('    private const SQL', "    $members\n    private const SQL", self::CLEAN);
        self::assertSame([], array_filter($this->errors($code), static function (string $error): bool {
            return strpos($error, 'Shop.') === 0;
        }));
    }

    /** @return array<int, string> the codes of what phpcs finds */
    private function errors(string $code): array
    {
        $command = 'phpcs --report=json --standard=' . escapeshellarg(__DIR__ . '/../../php/rules/Shop/ruleset.xml')
            . ' --runtime-set oldest_php 7.3 --stdin-path=Example.php -';
        $process = proc_open($command, [['pipe', 'r'], ['pipe', 'w'], ['pipe', 'w']], $pipes);
        fwrite($pipes[0], $code);
        fclose($pipes[0]);
        $said = json_decode(stream_get_contents($pipes[1]), true);
        proc_close($process);
        self::assertIsArray($said);
        return array_column(array_merge(...array_column(array_values($said['files']), 'messages')), 'source');
    }
}
