<?php
declare(strict_types=1);

namespace Tests\OpenCart\Four;

use Opencart\Admin\Controller\Extension\XeroConnector\Wish;
use Opencart\System\Engine\Registry;
use PHPUnit\Framework\TestCase;

require_once __DIR__ . '/Registry.php';
require_once __DIR__ . '/Controller.php';
define('DIR_EXTENSION', __DIR__ . '/');
require_once dirname(__DIR__, 5) . '/stores/adapters/opencart/extension/4/admin/controller/wish.php';

/** What staff ask is refused before anything is read or sent: the registry here has no database at all. */
final class WishTest extends TestCase
{
    private const GOOD = ['kind' => 'order', 'ask' => 'leave_out', 'ids' => ['7'], 'reason' => 'a test'];

    /** @dataProvider refusals */
    public function testAWishIsRefusedInWords(array $posted, string $error, bool $may = true, string $by = 'POST'): void
    {
        $said = $this->answer($posted + self::GOOD, $may, $by);

        self::assertSame(['error' => $error], $said);
    }

    public static function refusals(): array
    {
        return [
            'without permission' => [[], 'error_permission', false],
            'by a link' => [[], 'error_wish', true, 'GET'],
            'an unknown kind' => [['kind' => 'return'], 'error_wish'],
            'a kind that is no text' => [['kind' => ['order']], 'error_wish'],
            'an unknown ask' => [['ask' => 'delete'], 'error_wish'],
            'taken in without a reason' => [['ask' => 'take_in', 'reason' => ''], 'error_reason 255'],
            'no reason' => [['reason' => ' '], 'error_reason 255'],
            'a long reason' => [['reason' => str_repeat('é', 256)], 'error_reason 255'],
            'nothing ticked' => [['ids' => []], 'error_none'],
            'ids that are no list' => [['ids' => '7'], 'error_none'],
            'ids that are no numbers' => [['ids' => ['0', '-1', '7 OR 1=1', "7\n", ['7'], '1e3']], 'error_none'],
        ];
    }

    private function answer(array $posted, bool $may, string $by): array
    {
        $registry = new Registry();
        $registry->set('request', (object)['post' => $posted, 'server' => ['REQUEST_METHOD' => $by]]);
        $registry->set('load', new class {
            public function language(): void
            {
            }
        });
        $registry->set('language', new class {
            public function get(string $key): string
            {
                return $key === 'error_reason' ? $key . ' %s' : $key;
            }
        });
        $registry->set('user', new class ($may) {
            public function __construct(private bool $may)
            {
            }

            public function hasPermission(string $key, string $route): bool
            {
                return $this->may && $key === 'modify' && $route === 'extension/xero_connector/wish';
            }
        });
        $response = new class {
            public string $output = '';

            public function addHeader(string $header): void
            {
            }

            public function setOutput(string $output): void
            {
                $this->output = $output;
            }
        };
        $registry->set('response', $response);
        (new Wish($registry))->index();

        return json_decode($response->output, true);
    }
}
