<?php
declare(strict_types=1);

namespace XeroConnector\Tests;

use DOMDocument;
use PHPUnit\Framework\TestCase;

/** Templates escape what others wrote, texts are all there, and the schema of the add-on is one. */
final class TemplatesTest extends TestCase
{
    private const SHOP = __DIR__ . '/../../../../stores/adapters/cscart/addon/shop/';

    /** @return array<string, string> */
    private function templates(): array
    {
        $found = [];
        foreach (new \RecursiveIteratorIterator(new \RecursiveDirectoryIterator(self::SHOP . 'design')) as $file) {
            if ($file->getExtension() === 'tpl') {
                $found[$file->getPathname()] = (string) file_get_contents($file->getPathname());
            }
        }
        self::assertGreaterThanOrEqual(14, count($found));
        return $found;
    }

    public function testNothingIsUnescapedNorInline(): void
    {
        foreach ($this->templates() as $name => $text) {
            foreach (['nofilter', '<script', 'onclick', 'style=', '{php}', '{eval', 'fetch(', '|unescape'] as $never) {
                self::assertStringNotContainsString($never, $text, $name);
            }
            preg_match_all('/target="_blank"(?! rel="noopener noreferrer")/', $text, $bare);
            self::assertSame([], $bare[0], $name);
        }
    }

    public function testEveryFormPostsToItsOwnMode(): void
    {
        foreach ($this->templates() as $name => $text) {
            self::assertSame(substr_count($text, '<form '), substr_count($text, 'method="post"'), $name);
        }
    }

    public function testEveryTextIsInTheLanguageFile(): void
    {
        $language = (string) file_get_contents(self::SHOP . 'var/langs/en/addons/xero_connector.po');
        $code = implode('', $this->templates());
        foreach (glob(self::SHOP . 'app/addons/xero_connector/{*.php,*/*.php,*/*/*.php}', GLOB_BRACE) as $file) {
            $code .= file_get_contents($file);
        }
        preg_match_all('/xero_connector\.[a-z_]+/', $language, $known);
        preg_match_all('/__\(["\'](xero_connector\.[a-z_]+)["\']/', $code, $used);
        self::assertGreaterThan(30, count(array_unique($used[1])));
        self::assertSame([], array_values(array_diff($used[1], $known[0])));
        foreach (\XeroConnector\Books\States::STATES as $state) {
            self::assertContains('xero_connector.state_' . $state, $known[0]);
        }
    }

    public function testTheSchemaNamesTheAddOn(): void
    {
        $schema = new DOMDocument();
        self::assertTrue($schema->load(self::SHOP . 'app/addons/xero_connector/addon.xml'));
        self::assertSame('3.0', $schema->documentElement->getAttribute('scheme'));
        self::assertSame('xero_connector', $schema->getElementsByTagName('id')->item(0)->textContent);
    }
}
