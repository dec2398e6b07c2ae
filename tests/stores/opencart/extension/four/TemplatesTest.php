<?php
declare(strict_types=1);

namespace Tests\OpenCart\Four;

use PHPUnit\Framework\TestCase;

/** OpenCart's Twig escapes nothing of its own accord, so each of our templates does. */
final class TemplatesTest extends TestCase
{
    /** Parts of a page that the shop rendered, and are HTML. */
    private const HTML = ['header', 'column_left', 'footer', 'pagination'];

    /** @dataProvider templates */
    public function testAllThatIsPrintedIsEscaped(string $file): void
    {
        preg_match_all('~{{\s*(.*?)\s*}}~s', (string) file_get_contents($file), $printed);

        self::assertNotEmpty($printed[1]);
        foreach ($printed[1] as $expression) {
            if (!in_array($expression, self::HTML, true)) {
                self::assertMatchesRegularExpression('~\|e$~D', $expression, basename($file));
            }
        }
    }

    public static function templates(): array
    {
        $files = glob(dirname(__DIR__, 5) . '/stores/adapters/opencart/extension/4/admin/view/template/*.twig');

        return array_combine(array_map('basename', $files), array_map(static fn (string $file) => [$file], $files));
    }
}
